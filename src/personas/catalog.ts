import { generic } from './generic.ts'
import type { Persona } from './persona.ts'

/** Every persona, in the order in which they are listed. */
export const personas = [generic] as const

export type PersonaName = (typeof personas)[number]['name']

/** The persona of this name. */
export function findPersona(name: PersonaName): Persona {
  return personas.find((persona) => persona.name === name) ?? generic
}
