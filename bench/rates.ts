/** One kind of request, as every server under test is asked it. */
export interface Work<Item> {
  /** Makes what `count` operations use up, outside the measured time. */
  prepare(count: number): Promise<Item[]>
  operate(item: Item): Promise<unknown>
}

/** Work, and the server that does it. */
export interface Job<Item> {
  server: { cpuMs(): number }
  work: Work<Item>
}

/** What was seen of one server, by round. */
export interface Seen {
  /** Operations per second. */
  rates: number[]
  /** Operations per second of the server's own computing, which a busy machine changes less. */
  cpuRates: number[]
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
 * Many short rounds are steadier than few long ones: a neighbour's burst spoils some, and the median forgets them. The
 * first third of all is not counted: V8 compiles in earnest what has been called some thousand times.
 *
 * @param jobs one a server
 * @param total operations a server, over all rounds
 * @param rounds that count
 */
export async function interleave<Item>(jobs: Job<Item>[], total: number, rounds: number): Promise<Seen[]> {
  const seen: Seen[] = jobs.map(() => ({ rates: [], cpuRates: [] }))
  const warmUps = Math.ceil(rounds / 2)
  const count = Math.ceil(total / (rounds + warmUps))
  for (let round = -warmUps; round < rounds; round += 1) {
    const order = [...jobs.entries()]
    if (round % 2) order.reverse()
    for (const [index, { server, work }] of order) {
      const items = await work.prepare(count)
      const beforeMs = server.cpuMs()
      const rate = await perSecond(items, work.operate)
      const cpuRate = (count / (server.cpuMs() - beforeMs)) * 1000
      if (round < 0) continue
      seen[index]?.rates.push(rate)
      seen[index]?.cpuRates.push(cpuRate)
    }
  }
  return seen
}

/** What was seen of contestants, as a row tells it; the first is the yardstick. */
export function compared(names: readonly string[], seen: readonly Seen[]) {
  const [yardstick = { rates: [], cpuRates: [] }, ...others] = seen
  const [, ...rivals] = names
  const against = (of: keyof Seen) =>
    Object.fromEntries(rivals.map((name, index) => [name, ratio(others[index]?.[of] ?? [], yardstick[of])]))
  return {
    values: Object.fromEntries(names.map((name, index) => [name, median(seen[index]?.rates ?? [])])),
    ratios: against('rates'),
    cpuMs: Object.fromEntries(names.map((name, index) => [name, 1e6 / median(seen[index]?.cpuRates ?? [])])),
    cpuRatios: against('cpuRates'),
  }
}

/** The median of the ratios of rounds that ran next to each other. */
function ratio(rates: readonly number[], yardstick: readonly number[]): number {
  return median(rates.map((rate, round) => rate / (yardstick[round] ?? Number.NaN)))
}
