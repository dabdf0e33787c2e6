import { digitalDjPool } from './digital-dj-pool.ts'
import { digitalocean } from './digitalocean.ts'
import { dlive } from './dlive.ts'
import { generic } from './generic.ts'
import { resonite } from './resonite.ts'

/** Every persona, in the order in which they are listed. */
export const personas = [generic, digitalocean, dlive, resonite, digitalDjPool] as const

export type PersonaName = (typeof personas)[number]['name']
