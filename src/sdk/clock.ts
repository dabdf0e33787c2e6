import type { ClockView } from '../control/clock.ts'
import type { Control } from '../control/control.ts'

/** The time of one issuer. */
export interface IssuerClock {
  /** What time it is for the issuer. */
  now(): Promise<Date>
  /**
   * Moves the time forward, so that all that is stored is as much older.
   *
   * @param by seconds, or text such as `31d`
   */
  advance(by: number | string): Promise<ClockView>
  /**
   * Has the times that are signed into tokens be off.
   *
   * @param by seconds, or text such as `-90s`; 0 puts it right
   */
  skew(by: number | string): Promise<ClockView>
}

export function clockOf(control: Control, issuer: string): IssuerClock {
  return {
    now: async () => new Date((await control.clock(issuer)).now),
    advance: (by) => control.advanceClock(issuer, by),
    skew: (skew) => control.setClock(issuer, { skew }),
  }
}
