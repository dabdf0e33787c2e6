import { join } from 'node:path'
import ejs from 'ejs'
import type { PageName, Pages, Render } from '../../domain/pages.ts'
import { avatar } from './avatar.ts'
import { continueScript, pageStart, postTwiceScript, submitScript } from './headers.ts'
import { adviseOn } from './hints.ts'
import { lookCss } from './look.ts'
import { packageRoot } from './package-root.ts'
import { qrSvg } from './qr.ts'
import { style } from './style.ts'

/** What some pages show beside their data, made here and never taken from data, since a template may write it raw. */
const extras: { [Name in PageName]?: (data: Pages[Name]) => object | Promise<object> } = {
  reference: () => ({ moreCss: style('reference').css }),
  error: (data) => ({ advice: adviseOn(data) }),
  post: () => ({ script: submitScript }),
  twice: ({ next }: Pages['twice']) => ({ script: next === undefined ? postTwiceScript : continueScript }),
  'logout-done': () => ({ script: continueScript }),
  'device-screen': async (data) => ({ qr: await qrSvg(data.verificationUriComplete) }),
}

/**
 * Makes the renderer of all pages: EJS templates from `views/`, each compiled when it is first shown and kept.
 *
 * Templates are `strict`: they see nothing but `locals`. `<%=` escapes; raw (`<%-`) are only the style, the QR code, the one script and other templates.
 */
export function createRender(): Render {
  const views = join(packageRoot(), 'views')
  // Templates include each other by paths from this root: others are looked for on the disk, each time.
  const options = { cache: true, strict: true, compileDebug: false, rmWhitespace: true, root: views }

  return async function render(page, data) {
    const made = await extras[page]?.(data)
    return ejs.renderFile(
      join(views, 'layout.ejs'),
      { ...made, ...lookOf(page, data), pageStart, css: style().css, avatar, page, data },
      options,
    )
  }
}

/** The colour of a provider, on the pages by which people know it. */
function lookOf<Name extends PageName>(page: Name, data: Pages[Name]): { lookCss?: string | undefined } {
  if (page !== 'login' && page !== 'consent') return {}
  const { look } = (data as Pages['login' | 'consent']).issuer
  return look === undefined ? {} : { lookCss: lookCss(look) }
}
