import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { pages, root, textOf } from './blocks.ts'

/** A link of a page to another place of the project: its file from the root, and the anchor there. */
interface Link {
  target: string
  anchor: string | undefined
}

function linksOf(page: string): Link[] {
  const prose = textOf(page).replaceAll(/^```[\s\S]*?^```/gm, '')
  const written = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return written
    .filter((link) => !/^\w+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#', 2)
      return { target: path === '' ? page : relative(root, join(root, dirname(page), path)), anchor }
    })
}

/** The anchors that the headings of a page get. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

test.each(pages())('%s links only to what there is', (page) => {
  const broken = linksOf(page).filter(({ target, anchor }) => {
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })

  expect(broken).toEqual([])
})

test('the index leads to every page', () => {
  const indexes = ['docs/README.md', 'docs/faults/README.md', 'docs/decisions/README.md']
  const linked = new Set(indexes.flatMap(linksOf).map(({ target }) => target))
  const lost = pages().filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !linked.has(page))

  expect(lost).toEqual([])
})
