/** What a description may hold: printable ASCII without the quotation mark and the backslash. */
const forbidden = /[^\x20\x21\x23-\x5b\x5d-\x7e]/gu

const substitutes: Readonly<Record<string, string>> = {
  '"': "'",
  '\\': '/',
  '“': "'",
  '”': "'",
  '„': "'",
  '‘': "'",
  '’': "'",
  '–': '-',
  '—': '-',
  ß: 'ss',
}

/**
 * A description of an error in the characters that OAuth allows there; others by what they look like, else by a
 * question mark.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export function errorText(text: string): string {
  if (text.search(forbidden) === -1) return text
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '')
  return bare.replace(forbidden, (character) => substitutes[character] ?? (/[\s\p{C}]/u.test(character) ? ' ' : '?'))
}
