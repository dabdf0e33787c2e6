/** Stands in for the types of preact, which Auth.js names: theirs bring the browser's into every file. */
export namespace JSX {
  export type Element = unknown
  export type IntrinsicElements = Record<string, unknown>
}
