import type { RunningIssuer } from '../../issuer/issuer.ts'
import { check } from '../check.ts'
import type { ClockControl, ClockView } from '../clock.ts'
import type { Access } from './access.ts'

export function controlClock({ issuer: find }: Access): ClockControl {
  return {
    async clock(issuer) {
      return viewOf(await find(issuer))
    },
    async advanceClock(issuer, by) {
      const found = await find(issuer)
      const { clockAdvance } = await import('../clock.ts')
      await found.advance(check(clockAdvance, { by }).by)
      return viewOf(found)
    },
    async setClock(issuer, setting) {
      const found = await find(issuer)
      const { clockSetting } = await import('../clock.ts')
      await found.skew(check(clockSetting, setting).skew)
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
