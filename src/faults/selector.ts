import { shortGrantType } from '../domain/client.ts'
import type { Exchange, Identity } from '../domain/exchange.ts'
import { matcher, type Words } from '../domain/words.ts'
import type { When } from './spec.ts'

/** Whether a request is meant; undefined: that cannot be said before it is known whose request it is. */
export type Judgement = boolean | undefined

/** Judges a request by itself or, once that is looked up, by whose it is. */
export type Selector = (exchange: Exchange, identity?: Identity) => Judgement

const upperCase = (word: string) => word.toUpperCase()

/** Makes the test of everything in `when` but the endpoint, which the engine has sorted by already. */
export function selectorOf(when: When): Selector {
  const tests: Selector[] = [
    ...test(when.method, upperCase, (matches) => (exchange) => matches(exchange.method)),
    ...test(when.grant_type, shortGrantType, (matches) => (exchange) => some(matches, exchange.grantType)),
    ...Object.entries(when.header ?? {}).map(([name, words]) => headerTest(name.toLowerCase(), words)),
    ...Object.entries(when.param ?? {}).map(([name, words]) => paramTest(name, words)),
    ...test(when.client, undefined, (matches) => (exchange, identity) => {
      if (exchange.client !== undefined) return matches(exchange.client)
      return identity && some(matches, identity.client)
    }),
    ...test(when.tag, undefined, (matches) => (exchange, identity) => {
      if (some(matches, exchange.requested.tag)) return true
      const flow = exchange.flow ?? identity?.flow
      return flow || identity ? some(matches, flow?.tag) : undefined
    }),
    ...test(when.user, undefined, (matches) => (_, identity) => identity && some(matches, identity.user)),
    ...test(when.scope, undefined, (matches) => (exchange, identity) => {
      return identity && (identity.scope ?? exchange.params.scope?.split(' ') ?? []).some(matches)
    }),
  ]
  return function judge(exchange, identity) {
    let judgement: Judgement = true
    for (const test of tests) {
      const verdict = test(exchange, identity)
      if (verdict === false) return false
      if (verdict === undefined) judgement = undefined
    }
    return judgement
  }
}

type Matcher = (value: string) => boolean

/** The test of one member of `when`, or none where it is left out. */
function test(
  words: Words | undefined,
  normal: ((word: string) => string) | undefined,
  make: (matches: Matcher) => Selector,
): Selector[] {
  return words === undefined ? [] : [make(matcher(words, normal))]
}

function headerTest(name: string, words: Words): Selector {
  const matches = matcher(words)
  return (exchange) => [exchange.headers[name] ?? []].flat().some(matches)
}

function paramTest(name: string, words: Words): Selector {
  const matches = matcher(words)
  return (exchange) => some(matches, exchange.params[name])
}

function some(matches: Matcher, value: string | undefined): boolean {
  return value !== undefined && matches(value)
}
