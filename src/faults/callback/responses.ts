import * as z from 'zod'
import { type AuthorizationResponse, defineResponseFault, noParams } from '../fault.ts'

const codeResponse = 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2'
const mixUp = 'https://www.rfc-editor.org/rfc/rfc9207#section-2.4'

/** Authorization responses that are not the answer to what the client has asked. */
export const responseFaults = [
  defineResponseFault({
    name: 'wrong-state',
    summary: 'The response has another state than the request.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-10.12',
    client: 'reject',
    params: z.strictObject({ state: z.string().default('not-the-state-you-sent').describe('The state.') }),
    respond: (response, { state }) => has(response, 'state') && withFields(response, { state }),
  }),
  defineResponseFault({
    name: 'missing-state',
    summary: 'The response has no state, though the request had one.',
    see: codeResponse,
    client: 'reject',
    params: noParams,
    respond: (response) => has(response, 'state') && without(response, 'state'),
  }),
  defineResponseFault({
    name: 'wrong-response-iss',
    summary: 'The response says that it comes from another issuer (a mix-up).',
    see: mixUp,
    client: 'reject',
    member: 'iss',
    params: z.strictObject({ iss: z.string().default('https://attacker.example').describe('The issuer.') }),
    respond: (response, { iss }) => has(response, 'iss') && withFields(response, { iss }),
  }),
  defineResponseFault({
    name: 'missing-response-iss',
    summary: 'The response does not say which issuer it comes from, though discovery promises that.',
    see: mixUp,
    client: 'reject',
    member: 'iss',
    params: noParams,
    respond: (response) => has(response, 'iss') && without(response, 'iss'),
  }),
  defineResponseFault({
    name: 'missing-code',
    summary: 'The response has no code, and no error either.',
    see: codeResponse,
    client: 'reject',
    params: noParams,
    respond: (response) => has(response, 'code') && without(response, 'code'),
  }),
  defineResponseFault({
    name: 'code-and-error',
    summary: 'The response has both a code and an error.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1',
    client: 'reject',
    params: z.strictObject({
      error: z
        .string()
        .regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, { error: 'expected an error code, such as access_denied' })
        .default('access_denied')
        .describe('The error code.'),
    }),
    respond: (response, { error }) => has(response, 'code') && withFields(response, { error }),
  }),
  defineResponseFault({
    name: 'form-post-error',
    summary: 'An error comes by a form that is posted, whatever response mode was asked for.',
    see: 'https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html',
    client: 'handle',
    params: z.strictObject({
      error: z
        .string()
        .regex(/^[\w-]+$/)
        .default('server_error')
        .describe('The error code.'),
      description: z.string().optional().describe('`error_description`.'),
      uri: z.url().optional().describe('`error_uri`.'),
    }),
    respond({ fields: { state, iss } }, { error, description, uri }) {
      const kept = Object.entries({ error, error_description: description, error_uri: uri, state, iss })
      const fields = Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
      return { mode: 'form_post', fields }
    },
  }),
  defineResponseFault({
    name: 'code-replayed',
    summary: 'The browser delivers the response twice: first in a frame that nobody sees, then as it should.',
    see: 'https://www.rfc-editor.org/rfc/rfc6749#section-10.5',
    client: 'handle',
    params: noParams,
    respond: (response) => has(response, 'code') && { ...response, deliveries: 2 },
  }),
  defineResponseFault({
    name: 'wrong-response-mode',
    summary: 'The response comes in the fragment where the query is meant, or the other way round.',
    see: 'https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes',
    client: 'reject',
    params: noParams,
    respond: (response) => ({ ...response, mode: response.mode === 'query' ? 'fragment' : 'query' }),
  }),
  defineResponseFault({
    name: 'never-returns',
    summary: 'The browser stays where it is, as if the person had closed it.',
    see: 'https://www.rfc-editor.org/rfc/rfc9700#section-4.7',
    client: 'handle',
    params: noParams,
    respond: (response) => ({ ...response, mode: 'nowhere' }),
  }),
] as const

function has({ fields }: AuthorizationResponse, name: string): true | undefined {
  return name in fields || undefined
}

function withFields(response: AuthorizationResponse, fields: Readonly<Record<string, string>>): AuthorizationResponse {
  return { ...response, fields: { ...response.fields, ...fields } }
}

function without(response: AuthorizationResponse, name: string): AuthorizationResponse {
  const { [name]: _left, ...fields } = response.fields
  return { ...response, fields }
}
