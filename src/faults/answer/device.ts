import * as z from 'zod'
import { defineRewriteFault, noParams } from '../fault.ts'
import { replaced, without } from './members.ts'

const see = 'https://www.rfc-editor.org/rfc/rfc8628#section-3.2'
const endpoints = ['device_authorization'] as const

/** Answers to devices that leave something to be known. */
export const deviceAnswerFaults = [
  defineRewriteFault({
    name: 'missing-interval',
    summary: 'The device is not told how often to ask; five seconds are meant.',
    see,
    endpoints,
    alsoAt: ['backchannel_authentication'],
    client: 'accept',
    params: noParams,
    rewrite: without('interval'),
  }),
  defineRewriteFault({
    name: 'missing-verification-uri-complete',
    summary: 'The device gets no address that has the code in it.',
    see,
    endpoints,
    client: 'accept',
    params: noParams,
    rewrite: without('verification_uri_complete'),
  }),
  defineRewriteFault({
    name: 'expires-in-short',
    summary: 'The device is told that its code dies soon.',
    see,
    endpoints,
    alsoAt: ['backchannel_authentication'],
    client: 'handle',
    params: z.strictObject({ seconds: z.int().positive().default(1).describe('How soon.') }),
    rewrite: (answer, { seconds }) => replaced(answer, 'expires_in', () => seconds),
  }),
] as const
