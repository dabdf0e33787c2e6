import { setImmediate as nextTurn } from 'node:timers/promises'

let end: Promise<void> | undefined
let isOver = false

/**
 * The end of this turn of the event loop: one promise for all who ask during it.
 *
 * Whatever waits for it goes on together, so that answers leave side by side; each answer that leaves alone wakes its
 * client, which costs a small one as much as all else about it.
 */
export function endOfTurn(): Promise<void> {
  end ??= nextEnd()
  return end
}

/** Whether a turn has just ended and those who waited for it go on: to wait for another would gain nothing. */
export function isTurnOver(): boolean {
  return isOver
}

async function nextEnd(): Promise<void> {
  await nextTurn()
  end = undefined
  isOver = true
  // Runs when all who waited have gone as far as they could.
  process.nextTick(begin)
}

function begin(): void {
  isOver = false
}
