/** A parameter, or a member of an object. */
export interface ReferenceMember {
  name: string
  /** In words; a word that is the name of a schema is one. */
  type: string
  required: boolean
  description: string
  /** What stands for it where it is left out, as JSON. */
  preset: string | undefined
}

export interface ReferenceAnswer {
  status: number
  description: string
  /** The media type; empty: no body. */
  type: string
  /** The type in words. */
  schema?: string | undefined
  /** As JSON. */
  example?: string | undefined
}

export interface ReferenceOperation {
  id: string
  noun: string
  method: string
  path: string
  summary: string
  description: string
  parameters: readonly (ReferenceMember & { in: 'path' | 'query' })[]
  /** Either its members, or those of each form that it may have. */
  body?: (ReferenceMember & { members: readonly ReferenceMember[]; options: readonly ReferenceMember[][] }) | undefined
  /** A command line that can be pasted. */
  curl: string
  answers: readonly ReferenceAnswer[]
  problems: { status: number; code: string; meaning: string }[]
}

/** The admin API, operation by operation. */
export interface ReferencePage {
  version: string
  /** The URL below which all paths are. */
  server: string
  needsToken: boolean
  nouns: readonly { name: string; description: string; operations: readonly ReferenceOperation[] }[]
  schemas: readonly {
    name: string
    description: string
    type: string
    members: readonly ReferenceMember[]
    options: readonly ReferenceMember[][]
  }[]
}
