/** The remote half alone: `understudy-idp/client`, which needs nothing but `fetch`. */
export { UnderstudyError } from '../errors.ts'
export type { ConnectOptions } from './connect.ts'
export { connect } from './connect.ts'
export type * from './types.ts'
