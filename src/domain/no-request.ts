import type { Endpoint, Exchange, Flow } from './exchange.ts'

/**
 * What stands for a request where something happens that none has asked for.
 *
 * @param flow that it comes of all the same, if any
 */
export function noRequest(endpoint: Endpoint, flow?: Flow): Exchange {
  return {
    endpoint,
    method: '',
    headers: {},
    params: {},
    body: '',
    client: undefined,
    grantType: undefined,
    requested: {},
    flow,
    ownFlow: flow ?? { id: '' },
    polledCode: undefined,
    fired: [],
    identify: async () => ({}),
  }
}
