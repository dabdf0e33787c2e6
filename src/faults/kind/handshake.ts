import type * as z from 'zod'
import { endpoints } from '../../domain/exchange.ts'
import type { FaultBase } from './base.ts'

/** What is wrong with a certificate that a server shows. */
export type CertificateFlaw = 'expired' | 'wrong-host' | 'unknown-ca'

/** A fault of how clients come to speak TLS: they are shown another certificate, before there is any request. */
export interface HandshakeFault<Params extends z.ZodType = z.ZodType, Name extends string = string>
  extends FaultBase<Params, Name> {
  acts: 'handshake'
  flaw: CertificateFlaw
  /** Whether a client that asks for this name is meant. */
  meets(servername: string, params: z.output<Params>): boolean
}

/** Declares a fault of handshakes; whatever a client asks then, it does not come to ask it. */
export function defineHandshakeFault<const Name extends string, Params extends z.ZodType>(
  fault: Omit<HandshakeFault<Params, Name>, 'acts' | 'endpoints'>,
): HandshakeFault<Params, Name> {
  return { acts: 'handshake', endpoints, ...fault }
}
