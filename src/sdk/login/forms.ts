/** A form of a page: where it goes, and the fields that it holds already. */
export interface Form {
  action: string
  fields: Record<string, string>
  html: string
}

/** A page that a browser would show. */
export interface Page {
  url: URL
  status: number
  html: string
  forms: Form[]
}

/** The forms of a page of Understudy's own, whose markup is known. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([whole, attributes = '', inner = '']) => {
    const inputs = [...inner.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => input)
    const named = inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value') ?? ''] as const)
    const fields = Object.fromEntries(named.filter(([name]) => name !== undefined))
    return { action: attribute(attributes, 'action') ?? '', fields, html: whole }
  })
}

/** What a page of an error says of it, beside all that stands on such pages; undefined where it says nothing. */
export function descriptionOf(html: string): string | undefined {
  const told = /<p\b[^>]*\bid="description"[^>]*>(.*?)<\/p>/s.exec(html)?.[1]
  return told === undefined ? undefined : plain(told) || undefined
}

/** What a page says, for people: the alert that it shows, else its words. */
export function textOf(html: string): string {
  const alert = /<p\b[^>]*\brole="alert"[^>]*>(.*?)<\/p>/s.exec(html)?.[1]
  const main = /<main\b[^>]*>(.*?)<\/main>/s.exec(html)?.[1] ?? /<body\b[^>]*>(.*?)<\/body>/s.exec(html)?.[1]
  return plain(alert ?? main ?? html)
}

/** The words of markup, each block of them a sentence. */
function plain(html: string): string {
  const words = html
    .replace(/<(style|script|svg)\b.*?<\/\1>/gs, ' ')
    .replace(/<\/(?:h\d|p|dt|dd|li|div|dl)>/g, '. ')
    .replace(/<[^>]*>/g, ' ')
  return unescapeHtml(words)
    .replace(/\s+/g, ' ')
    .replace(/(?:\s*([.:?!]))(?:\s*\.)+/g, '$1')
    .trim()
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : unescapeHtml(value)
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
