import type { Endpoint, Exchange } from './exchange.ts'

/** What stands for a request where something happens that none has asked for. */
export function noRequest(endpoint: Endpoint): Exchange {
  const flow = { id: '' }
  return {
    endpoint,
    method: '',
    headers: {},
    params: {},
    body: '',
    client: undefined,
    grantType: undefined,
    requested: {},
    flow: undefined,
    ownFlow: flow,
    polledCode: undefined,
    fired: [],
    identify: async () => ({}),
  }
}
