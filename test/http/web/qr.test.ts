import { expect, test } from 'vitest'
import { qrSvg } from '../../../src/http/web/qr.ts'

test('a code is one inline picture that names no other place', async () => {
  const svg = await qrSvg('http://localhost:9400/device?user_code=WDJB-MJHT')

  expect(svg).toMatch(/^<svg aria-hidden="true"[^>]* viewBox="0 0 \d+ \d+"/)
  expect(svg).toMatch(/<\/svg>$/)
  expect(svg).not.toContain('http')
})

test('another address is another code', async () => {
  const [one, other] = await Promise.all([qrSvg('http://localhost/a'), qrSvg('http://localhost/b')])

  expect(one).not.toBe(other)
})
