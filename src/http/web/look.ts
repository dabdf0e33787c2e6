import type { PageLook } from '../../domain/pages.ts'

const lookTag = '<style data-look>'

/**
 * The style that gives a page the colour of a provider.
 *
 * @returns undefined where it has none
 */
export function lookCss({ accent }: PageLook): string | undefined {
  // Written into a stylesheet as it is, so nothing but a colour may pass.
  if (accent === undefined || !/^#[0-9a-f]{6}$/i.test(accent)) return undefined
  const strong = `--strong:${accent};--strong-hover:color-mix(in srgb,${accent} 85%,#000);--on-strong:${readableOn(accent)}`
  const dark = `--accent:color-mix(in srgb,${accent} 45%,#fff);${strong}`
  return `:root{--accent:${accent};${strong}}@media (prefers-color-scheme:dark){:root{${dark}}}`
}

/** The style that {@link lookCss} has put on a page; undefined where there is none. */
export function lookCssIn(page: string): string | undefined {
  const start = page.indexOf(lookTag)
  return start === -1 ? undefined : page.slice(start + lookTag.length, page.indexOf('</style>', start))
}

/**
 * Black or white, whichever is easier to read.
 *
 * @see {@link https://www.w3.org/TR/WCAG22/#dfn-relative-luminance WCAG 2.2, relative luminance}
 */
function readableOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000' : '#fff'
}
