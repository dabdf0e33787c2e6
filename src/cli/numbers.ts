import { InvalidArgumentError } from 'commander'

/** Reads an option's value as a whole number. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return function wholeNumber(value: string): number {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return number
    const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}
