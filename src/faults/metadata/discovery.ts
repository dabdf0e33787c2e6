import * as z from 'zod'
import { changed, replaced } from '../answer/members.ts'
import { defineRewriteFault } from '../fault.ts'

const see = 'https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata'
const endpoints = ['discovery'] as const

/** Discovery that is of somebody else, or that leads nowhere. */
export const discoveryFaults = [
  defineRewriteFault({
    name: 'discovery-issuer-mismatch',
    summary: 'Discovery names another issuer than the one that was asked.',
    see: 'https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation',
    endpoints,
    client: 'reject',
    params: z.strictObject({ issuer: z.url().default('https://issuer.example').describe('The issuer that is named.') }),
    rewrite: (answer, { issuer }) => replaced(answer, 'issuer', () => issuer),
  }),
  defineRewriteFault({
    name: 'discovery-missing-member',
    summary: 'Discovery lacks a member that it must have.',
    see,
    endpoints,
    client: 'reject',
    params: z.strictObject({
      member: z.string().default('token_endpoint').describe('The one that is left out.'),
    }),
    rewrite: (answer, { member }) => changed(answer, member, ({ [member]: _left, ...others }) => others),
  }),
  defineRewriteFault({
    name: 'discovery-html',
    summary: 'A page comes in the place of discovery, as of an app that answers every path.',
    see: 'https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationResponse',
    endpoints,
    client: 'reject',
    params: z.strictObject({
      title: z
        .string()
        .regex(/^[^<&]*$/)
        .max(200)
        .default('My app')
        .describe('What it says.'),
    }),
    rewrite: (answer, { title }) =>
      answer.status === 200
        ? {
            ...answer,
            headers: { ...answer.headers, 'content-type': 'text/html; charset=utf-8' },
            body: `<!doctype html><title>${title}</title><div id="root"></div>\n`,
          }
        : undefined,
  }),
  defineRewriteFault({
    name: 'discovery-wrong-endpoint',
    summary: 'Discovery names an endpoint where there is none.',
    see,
    endpoints,
    client: 'handle',
    params: z.strictObject({
      member: z
        .string()
        .regex(/_endpoint$|_uri$/, { error: 'expected the name of an endpoint, such as token_endpoint or jwks_uri' })
        .default('token_endpoint')
        .describe('The member that is wrong.'),
      url: z.url().optional().describe('Where it leads. Default: to a path beside it where nothing is.'),
    }),
    rewrite: (answer, { member, url }) => replaced(answer, member, (right) => url ?? `${right}/moved`),
  }),
] as const
