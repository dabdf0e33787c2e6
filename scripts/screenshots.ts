// Renders every page with sample data and pictures each: `node scripts/screenshots.ts [folder] [name…]`.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PageName, Pages } from '../src/domain/pages.ts'
import { createRender } from '../src/http/web/render.ts'
import { launchBrowser } from '../test/browser.ts'
import { hardSamples, samples } from '../test/http/web/samples.ts'

const widths = { narrow: { width: 390, height: 780 }, wide: { width: 1280, height: 800 } }

const [folder = await mkdtemp(join(tmpdir(), 'understudy-pages-')), ...wanted] = process.argv.slice(2)
await mkdir(folder, { recursive: true })

const render = createRender()
const ordinary = Object.entries(samples).map(
  ([page, data]) => [page, [page, data]] as [string, [PageName, Pages[PageName]]],
)
const all = [...ordinary, ...Object.entries(hardSamples)].filter(([name]) => !wanted.length || wanted.includes(name))

const browser = await launchBrowser()
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, viewport] of Object.entries(widths)) {
    const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: 1, javaScriptEnabled: false })
    const view = await context.newPage()
    for (const [name, [page, data]] of all) {
      await view.setContent(await render(page, data))
      await view.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
    await context.close()
  }
}
await browser.close()
console.log(`${all.length * 4} pictures in ${folder}`)
