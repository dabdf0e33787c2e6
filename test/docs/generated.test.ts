import { expect, test } from 'vitest'
import { generatedPages, upToDate } from '../../scripts/docs/generated.ts'
import { textOf } from './blocks.ts'

test.each(generatedPages)('%s is in step with the sources; if not, run npx node scripts/docs.ts', (page) => {
  expect(textOf(page)).toBe(upToDate(page))
})
