import * as z from 'zod'

/** What a selector is written as: a word, a `/regex/`, or several of them of which one is to match. */
export type Words = string | string[]

const regexPattern = /^\/(.+)\/([a-z]*)$/s

/** Whether a word is written as a regular expression. */
export function isRegex(word: string): boolean {
  return regexPattern.test(word)
}

function toRegex(word: string): RegExp | undefined {
  const [, source = '', flags = ''] = regexPattern.exec(word) ?? []
  // A sticky or global expression remembers where it stopped, so that it would match every other time.
  if (/[gy]/.test(flags)) return undefined
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

const readable = (word: string) => !isRegex(word) || toRegex(word) !== undefined

const wordError = 'expected text, a /regex/ (flags i, m, s, u, v), or a list of them'
const wordSchema = z.string().min(1, { error: wordError }).refine(readable, { error: wordError })

/** A `/regex/` and nothing else. */
export const regexSchema = z.string().regex(regexPattern, { abort: true }).refine(readable, { abort: true })

/** A word or a list of words, each perhaps a `/regex/`. */
export const wordsSchema = z.union([wordSchema, z.array(wordSchema).min(1, { error: wordError })], { error: wordError })

/** Each of several words, as a list. */
export function listOf<Word extends string>(words: Word | readonly Word[]): readonly Word[] {
  return typeof words === 'string' ? [words] : words
}

/**
 * Makes the test whether some value is what the words ask for.
 *
 * @param normal brings a word and a value into the same form, such as lower case; regular expressions see the value as it is
 */
export function matcher(words: Words, normal: (word: string) => string = (word) => word): (value: string) => boolean {
  const plain = new Set(
    listOf(words)
      .filter((word) => !isRegex(word))
      .map(normal),
  )
  const regexes = listOf(words).flatMap((word) => (isRegex(word) ? (toRegex(word) ?? []) : []))
  return function matches(value) {
    return plain.has(normal(value)) || regexes.some((regex) => regex.test(value))
  }
}
