import { generic } from './generic.ts'

/** Every persona, in the order in which they are listed. */
export const personas = [generic] as const

export type PersonaName = (typeof personas)[number]['name']
