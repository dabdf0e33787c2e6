import type { PageUser } from '../../domain/pages.ts'

const hues = 8

/** What stands for a user who has no picture: up to two letters, and one of eight hues that stays theirs. */
export interface Avatar {
  initials: string
  /** 0 to 7: a class of the stylesheet. */
  hue: number
}

/** Made for the first avatar, since its tables take a while to load. */
let graphemes: Intl.Segmenter | undefined

/** The first grapheme, so that an emoji or a letter with its accents stays whole. */
function first(word: string): string {
  if (/^[\x21-\x7e](?![^\x20-\x7e])/.test(word)) return word.charAt(0).toUpperCase()
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (const { segment } of graphemes.segment(word)) return segment.toUpperCase()
  return ''
}

/** The avatar of a user, by name where there is one. */
export function avatar(user: PageUser): Avatar {
  const words = (user.name?.trim() || user.username).split(/[\s._@-]+/u).filter((word) => word !== '')
  const last = words.length > 1 ? first(words.at(-1) ?? '') : ''
  let sum = 0
  for (const character of user.username) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return { initials: `${first(words[0] ?? user.username)}${last}`, hue: sum % hues }
}
