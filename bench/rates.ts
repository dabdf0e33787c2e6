/** One kind of request, as every server under test is asked it. */
export interface Work<Item> {
  /** Makes what `count` operations use up, outside the measured time. */
  prepare(count: number): Promise<Item[]>
  operate(item: Item): Promise<unknown>
}

const inFlight = 8

/** The median; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** Runs a task over items, eight at a time, and says how many a second were done. */
export async function perSecond<Item>(items: Item[], operate: (item: Item) => Promise<unknown>): Promise<number> {
  const queue = items.values()
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: inFlight }, drain))
  return (items.length / (performance.now() - startedMs)) * 1000

  async function drain(): Promise<void> {
    for (const item of queue) await operate(item)
  }
}

/**
 * The same work against several servers in turn (A B C, C B A, …), so that what else the machine does hits all alike.
 *
 * Many short rounds are steadier than few long ones: a neighbour's burst spoils some, and the median forgets them.
 *
 * @param works one a server
 * @param total operations a server, over all rounds
 * @returns the rates per second, a list of rounds for each server
 */
export async function interleave<Item>(works: Work<Item>[], total: number, rounds: number): Promise<number[][]> {
  const rates: number[][] = works.map(() => [])
  const warmUps = 3
  const count = Math.ceil(total / (rounds + warmUps))
  for (let round = -warmUps; round < rounds; round += 1) {
    const order = [...works.entries()]
    if (round % 2) order.reverse()
    for (const [index, work] of order) {
      const rate = await perSecond(await work.prepare(count), work.operate)
      if (round >= 0) rates[index]?.push(rate)
    }
  }
  return rates
}

/** The median of the ratios of rounds that ran next to each other. */
export function ratio(rates: readonly number[], yardstick: readonly number[]): number {
  return median(rates.map((rate, round) => rate / (yardstick[round] ?? Number.NaN)))
}
