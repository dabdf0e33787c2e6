import type { AnswerFault } from './kind/answer.ts'
import type { ConnectionFault } from './kind/connection.ts'
import type { DelayFault } from './kind/delay.ts'
import type { HandshakeFault } from './kind/handshake.ts'
import type { NoticeFault } from './kind/notice.ts'
import type { ResponseFault } from './kind/response.ts'
import type { RewriteFault } from './kind/rewrite.ts'
import type { StateFault } from './kind/state.ts'
import type { TokenFault } from './kind/token.ts'

export { type AnswerFault, defineAnswerFault, type FaultAnswer } from './kind/answer.ts'
export { type ClientVerdict, type ExamNotes, type Mistake, noParams } from './kind/base.ts'
export { type ConnectionFault, defineConnectionFault, type Wire } from './kind/connection.ts'
export { type DelayFault, type DelayMoment, type DelayPort, defineDelayFault, type HoldUntil } from './kind/delay.ts'
export { type CertificateFlaw, defineHandshakeFault, type HandshakeFault } from './kind/handshake.ts'
export { defineNoticeFault, type NoticeDelivery, type NoticeFault } from './kind/notice.ts'
export {
  type AuthorizationResponse,
  defineResponseFault,
  type ResponseFacts,
  type ResponseFault,
} from './kind/response.ts'
export { type Answer, defineRewriteFault, membersOf, type RewriteFault, withMembers } from './kind/rewrite.ts'
export { defineStateFault, type StateEffect, type StateFault, type StateRequest } from './kind/state.ts'
export { defineTokenFault, type TokenFault } from './kind/token.ts'

/** What can go wrong on demand, by what it acts on. */
export type Fault =
  | AnswerFault
  | StateFault
  | DelayFault
  | TokenFault
  | ResponseFault
  | NoticeFault
  | RewriteFault
  | ConnectionFault
  | HandshakeFault
