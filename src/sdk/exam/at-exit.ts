const endings = new Set<() => void>()

function endAll(): void {
  for (const end of endings) end()
}

/**
 * Has something ended when this process exits before it is over.
 *
 * @returns to be called once it is over
 */
export function atExit(end: () => void): () => void {
  if (endings.size === 0) process.on('exit', endAll)
  endings.add(end)
  return function isOver() {
    endings.delete(end)
    if (endings.size === 0) process.off('exit', endAll)
  }
}
