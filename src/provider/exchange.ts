import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AdapterPayload } from 'oidc-provider'
import { shortGrantType } from '../domain/client.ts'
import type { Endpoint, Exchange, FiredFault, Flow, Identity } from '../domain/exchange.ts'
import type { Refused } from '../domain/outcome.ts'
import { bodyKind } from '../domain/request-body.ts'
import { readHeaders, writeHeaders } from './header-text.ts'
import {
  allValues,
  assertionClient,
  basicClient,
  claimsOf,
  cookie,
  firstValues,
  header,
  isEncrypted,
  type Params,
  simpleMembers,
} from './request-words.ts'
import type { Writes } from './writes.ts'

/** What a request says of its own flow: the header, the parameter and the cookie, in this order. */
const faultSources = { header: 'understudy-fault', param: 'understudy_fault' } as const
const tagSources = { header: 'understudy-tag', param: 'understudy_tag' } as const

/** The endpoints that take request objects. */
const takeObjects: ReadonlySet<Endpoint> = new Set([
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
])

/** A name that may be another than it looks: of a form's field or a query's, or anything of a JSON object's. */
const escapedName = /(?:^|&)[^=&]*%|\\u/

/** One request at an endpoint; what costs something to know is worked out when it is first asked for. */
export class ProviderExchange implements Exchange {
  readonly endpoint: Endpoint
  readonly method: string
  /** Whether this is a later hop of an authorization that was counted when it began. */
  readonly continued: boolean
  readonly methods: readonly string[] | undefined
  readonly fired: FiredFault[] = []
  /** What the provider has refused it with. */
  refused: Refused | undefined
  /** The access token that it has made, as its client sees it. */
  handedOut: string | undefined
  /** Its writes, while it does not wait for each of them. */
  writes: Writes | undefined
  /** The search part of the URL, as it came. */
  readonly #query: string
  /** As one text once it is answered: a journal full of them keeps the garbage collector busy. */
  #headers: IncomingMessage['headers'] | string
  #body = ''
  #lookup: (exchange: ProviderExchange) => Promise<Identity>
  #params: Params | undefined
  #areResolved = false
  #flow: Flow | undefined
  #presented: { model: string; payload: AdapterPayload } | undefined
  #identity: Promise<Identity> | undefined
  #identified: Identity | undefined

  constructor(
    endpoint: Endpoint,
    request: Pick<Exchange, 'methods'> & {
      method: string
      headers: IncomingMessage['headers']
      query: string
      continued: boolean
    },
    lookup: (exchange: ProviderExchange) => Promise<Identity>,
  ) {
    this.endpoint = endpoint
    this.method = request.method
    this.#headers = request.headers
    this.continued = request.continued
    this.methods = request.methods
    this.#query = request.query
    this.#lookup = lookup
  }

  get headers(): IncomingMessage['headers'] {
    // Who looks once often does so again: queries and expectations go through all.
    if (typeof this.#headers === 'string') this.#headers = readHeaders(this.#headers)
    return this.#headers
  }

  get body(): string {
    return this.#body
  }

  /** Takes over the body, once it has been read. */
  set body(text: string) {
    this.#body = text
    if (!this.#areResolved) this.#params = undefined
  }

  get params(): Params {
    this.#params ??= this.#namedParams()
    return this.#params
  }

  #namedParams(): Params {
    if (this.#query === '') return this.#bodyParams()
    return this.#body === '' ? firstValues(this.#query) : { ...firstValues(this.#query), ...this.#bodyParams() }
  }

  /** What it names by `audience`, which may stand there several times. */
  get audiences(): readonly string[] {
    // To see that nothing can be called so costs less than to read a form.
    const texts = [this.#query, this.#body]
    if (!this.#areResolved && !texts.some((text) => text.includes('audience') || escapedName.test(text))) return []
    const all = this.#areResolved ? [] : texts.flatMap((text) => allValues(text, 'audience'))
    // Without a value it is as if it were not there: RFC 6749 section 3.2.
    return all.length > 0 ? all : [this.params.audience || []].flat()
  }

  /** A form's fields; of a JSON object the members that are as simple. */
  #bodyParams(): Params {
    const kind = this.#body === '' ? 'other' : bodyKind(this.headers['content-type'], this.#body)
    if (kind === 'form') return firstValues(this.#body)
    return kind === 'json' ? simpleMembers(this.#body) : {}
  }

  /** The parameters as the provider resolved them, of a pushed request for one. */
  resolveParams(params: Params): void {
    this.#params = params
    this.#areResolved = true
    const { tag } = this.requested
    // What was pushed in secret could not be read before.
    if (this.#flow !== undefined && tag !== undefined) this.#flow = { tag, ...this.#flow }
  }

  get client(): string | undefined {
    return (
      basicClient(this.headers.authorization) ?? this.params.client_id ?? assertionClient(this.params.client_assertion)
    )
  }

  get grantType(): string | undefined {
    const grantType = this.params.grant_type
    return this.endpoint === 'token' && grantType !== undefined ? shortGrantType(grantType) : undefined
  }

  get polledCode(): string | undefined {
    if (this.endpoint !== 'token') return undefined
    const polls = (text: string) => text.includes('device_code') || text.includes('auth_req_id')
    if (!polls(this.#body) && !polls(this.#query)) return undefined
    return this.params.device_code ?? this.params.auth_req_id
  }

  get requested(): { tag?: string | undefined; faults?: string | undefined } {
    const object = this.#requestObject
    if (object === undefined && !this.#mentions('understudy')) return {}
    // A browser sends its cookies with every request: they mean the flow that it starts, and the tag its logouts as well.
    const starts = this.endpoint === 'authorization' && !this.continued
    const { cookie: cookies } = this.headers
    const tagCookies = starts || this.endpoint === 'end_session' ? cookies : undefined
    // Beside a request object the protocol takes no notice of parameters; these are not the protocol's.
    const beside = object === undefined ? this.params : { ...firstValues(this.#query), ...this.#bodyParams() }
    const inside = object?.[faultSources.param]
    return {
      faults:
        header(this.headers, faultSources.header) ??
        beside[faultSources.param] ??
        // What was pushed has been heard of when it was pushed.
        (inside === this.#flow?.faults ? undefined : inside) ??
        cookie(starts ? cookies : undefined, faultSources.param),
      tag:
        header(this.headers, tagSources.header) ??
        beside[tagSources.param] ??
        object?.[tagSources.param] ??
        cookie(tagCookies, tagSources.param),
    }
  }

  get isUnread(): boolean {
    if (this.#areResolved || this.#requestObject === undefined) return false
    return this.params.request === undefined || isEncrypted(this.params.request)
  }

  /** What the request object says, where the request is one: as the provider resolved it, else as far as it can be read. */
  get #requestObject(): Params | undefined {
    if (!takeObjects.has(this.endpoint) || this.continued) return undefined
    if (!this.#query.includes('request') && !this.#body.includes('request')) return undefined
    if (this.#areResolved) return this.params
    const { request, request_uri: uri } = this.params
    if (request === undefined) return uri === undefined ? undefined : {}
    return claimsOf(request)
  }

  /** Whether a word stands anywhere where a request may say something of its flow; far cheaper than to parse it. */
  #mentions(word: string): boolean {
    const { cookie } = this.headers
    if (this.#query.includes(word) || this.#body.includes(word) || cookie?.includes(`${word}_`)) return true
    return this.headers[faultSources.header] !== undefined || this.headers[tagSources.header] !== undefined
  }

  get flow(): Flow | undefined {
    return this.#flow
  }

  /** The flow in which what this exchange makes is stored: the one it belongs to, else a new one. */
  get ownFlow(): Flow {
    if (this.#flow === undefined) {
      const { tag, faults } = this.requested
      this.#flow = { id: randomUUID() }
      if (tag !== undefined) this.#flow.tag = tag
      if (faults !== undefined) this.#flow.faults = faults
      const audience = this.#areResolved || this.#mentions('audience') ? this.audiences : []
      if (audience.length > 0) this.#flow.audience = audience
      if (this.#leavesOutRedirectUri) this.#flow.leavesOutRedirectUri = true
    }
    return this.#flow
  }

  /** The provider fills it in; so it is looked for where the request was written. */
  get #leavesOutRedirectUri(): boolean {
    const isFirst = this.endpoint === 'pushed_authorization_request' || this.endpoint === 'authorization'
    if (!isFirst || this.continued) return false
    return ![this.#query, this.#body].some((text) => /(?:^|&)(?:redirect_uri|request|request_uri)=/.test(text))
  }

  /** Takes over the flow of a stored record that the request has presented, and remembers the record. */
  join(flow: Flow, model: string, payload: AdapterPayload): void {
    this.#flow = flow
    this.#presented = { model, payload }
  }

  /** The stored record that the request has presented last: a code, a token, an interaction. */
  get presented(): { model: string; payload: AdapterPayload } | undefined {
    return this.#presented
  }

  /**
   * Lets go of everything but what the request said: for one that is answered, and remembered.
   *
   * @returns how long its header fields are together
   */
  release(): number {
    this.#presented = undefined
    this.handedOut = undefined
    this.#lookup = nobody
    const headers = writeHeaders(this.headers)
    this.#headers = headers
    return headers.length
  }

  identify(): Promise<Identity> {
    this.#identity ??= this.#lookup(this).then((identity) => {
      if (identity.flow !== undefined) this.#flow = identity.flow
      this.#identified = identity
      return identity
    })
    return this.#identity
  }

  /** Whose request it is, where anybody has asked and it has been looked up. */
  get identified(): Identity | undefined {
    return this.#identified
  }
}

async function nobody(): Promise<Identity> {
  return {}
}
