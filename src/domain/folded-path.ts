/** A path as the provider's router tells it: without regard to case or a last slash. */
export function foldedPath(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/$/, '')
}
