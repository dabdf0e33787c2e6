import { defineAnswerFault, noParams } from '../fault.ts'

/** A live token is said to be none. @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.2 RFC 7662 section 2.2} */
export const inactive = defineAnswerFault({
  name: 'inactive',
  summary: 'A live token is said to be inactive.',
  see: 'https://www.rfc-editor.org/rfc/rfc7662#section-2.2',
  endpoints: ['introspection'],
  client: 'reject',
  params: noParams,
  answer: () => ({
    status: 200,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
    body: { active: false },
    ofUnknownToken: true,
  }),
})
