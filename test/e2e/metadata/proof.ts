import type { Walk } from './walk.ts'

/** What shows that a member of the metadata is true; and where it is left out, that what it would tell of is refused. */
export interface Proof {
  stated(walk: Walk): Promise<void>
  unstated?(walk: Walk): Promise<void>
}
