import { authentication, grants, requests } from './rows-of-requests.ts'
import { plans, reaching, sessions, tokens, userinfo } from './rows-of-the-rest.ts'

/** What docs/protocol.md tells, in its order. */
export const sections = [grants, authentication, requests, tokens, userinfo, sessions, reaching, plans]
