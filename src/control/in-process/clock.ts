import { UnderstudyError } from '../../errors.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import { durationError, offsetError, parseDurationSeconds, parseOffsetSeconds } from '../../time.ts'
import type { ClockControl, ClockView } from '../clock.ts'
import type { Access } from './access.ts'

export function controlClock({ issuer: find }: Access): ClockControl {
  return {
    async clock(issuer) {
      return viewOf(await find(issuer))
    },
    async advanceClock(issuer, by) {
      const found = await find(issuer)
      const seconds = parseDurationSeconds(by)
      if (seconds === undefined) throw invalid(`advance the clock by "${by}"`, durationError)
      await found.advance(seconds)
      return viewOf(found)
    },
    async setClock(issuer, { skew }) {
      const found = await find(issuer)
      const seconds = parseOffsetSeconds(skew)
      if (seconds === undefined) throw invalid(`skew the clock by "${skew}"`, offsetError)
      await found.skew(seconds)
      return viewOf(found)
    },
  }
}

function viewOf({ clock }: RunningIssuer): ClockView {
  return {
    now: new Date(clock.nowMs()).toISOString(),
    advanced_seconds: clock.advancedSeconds,
    skew_seconds: clock.skewSeconds,
  }
}

function invalid(what: string, expected: string): UnderstudyError {
  return new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to ${what}: ${expected}.`)
}
