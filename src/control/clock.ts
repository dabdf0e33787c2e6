import * as z from 'zod'
import { durationSeconds, offsetSeconds } from '../time.ts'

export const clockView = z
  .strictObject({
    now: z.iso.datetime().describe("The issuer's time."),
    advanced_seconds: z.number().describe('How far it has been moved forward.'),
    skew_seconds: z.int().describe('How far the times that are signed into tokens are off; below zero: too early.'),
  })
  .meta({ id: 'Clock', description: 'The time of an issuer.' })

export type ClockView = z.output<typeof clockView>

export const clockAdvance = z
  .strictObject({ by: durationSeconds.describe('Seconds, or text such as `90s`, `10m`, `31d`.') })
  .meta({ id: 'ClockAdvance' })

export const clockSetting = z
  .strictObject({ skew: offsetSeconds.describe('Seconds, or text such as `-90s`, `5m`; 0 puts it right.') })
  .meta({ id: 'ClockSetting' })

export type ClockSetting = z.input<typeof clockSetting>

export interface ClockControl {
  clock(issuer: string): Promise<ClockView>
  /**
   * Moves the issuer's time forward: all that it has stored is as much older from now on.
   *
   * @param by seconds, or text such as `31d`
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_CLOCK_RANGE`
   */
  advanceClock(issuer: string, by: number | string): Promise<ClockView>
  /**
   * Has the times that are signed into tokens be off, while the issuer itself keeps its time.
   *
   * @throws UnderstudyError `ERR_REQUEST_INVALID`, `ERR_CLOCK_RANGE`
   */
  setClock(issuer: string, setting: ClockSetting): Promise<ClockView>
}
