import { expect, test } from 'vitest'
import { startUnderstudy } from '../../../src/index.ts'
import { launchBrowser } from '../../browser.ts'
import { redirectUri } from './provider.ts'

test('the words of a button stand in one line, on a narrow screen as on a wide one', async () => {
  await using idp = await startUnderstudy({ persona: 'digitalocean' })
  const asked = { response_type: 'code', client_id: 'demo-app', redirect_uri: redirectUri, scope: 'read' }
  const browser = await launchBrowser()

  const heights: (number | undefined)[][] = []
  for (const width of [380, 1200]) {
    const page = await browser.newPage({ viewport: { width, height: 800 } })
    await page.goto(`${idp.origin}/v1/oauth/authorize?${new URLSearchParams(asked)}`)
    await page.locator('[name=pick]').first().click()
    await page.getByRole('button', { name: 'Authorize Application' }).waitFor()
    const boxes = ['Deny', 'Authorize Application'].map((name) => page.getByRole('button', { name }).boundingBox())
    heights.push((await Promise.all(boxes)).map((box) => box?.height))
  }
  await browser.close()

  expect(heights.map(([deny, allow]) => allow === deny)).toEqual([true, true])
  expect(new Set(heights.flat()).size).toBe(1)
})
