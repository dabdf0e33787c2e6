import * as z from 'zod'
import type { KeyView } from '../provider/key-rotation.ts'

export type { KeyView } from '../provider/key-rotation.ts'

export const keyView = z
  .strictObject({
    kid: z.string(),
    kty: z.string(),
    crv: z.string().optional(),
    alg: z.string().optional().describe('Left out: it serves whatever fits its kind.'),
    use: z.string().optional().describe('`sig`, or `enc` where clients encrypt to it.'),
    current: z
      .boolean()
      .describe('Whether it signs, or is to be encrypted to; else it is there for what it has served before.'),
    since: z.iso.datetime().optional().describe('When it was made, in real time; left out where nobody has said.'),
  })
  .meta({ id: 'Key', description: 'What is public of a key.' }) satisfies z.ZodType<KeyView>

export const keyRotation = z
  .strictObject({
    alg: z.string().optional().describe('Left out: every algorithm.'),
    keep_old: z.boolean().optional().describe('Whether old keys stay in the JWKS. Default: true.'),
  })
  .meta({ id: 'KeyRotation' })

export type KeyRotationInput = z.input<typeof keyRotation>

export interface KeysControl {
  /** The keys of an issuer, in the order of its JWKS. */
  keys(issuer: string): Promise<KeyView[]>
  /**
   * Has an issuer sign with new keys of its own; others that shared the old ones go on with those.
   *
   * @throws UnderstudyError `ERR_KEY_ALG`
   */
  rotateKeys(issuer: string, rotation?: KeyRotationInput): Promise<KeyView[]>
}
