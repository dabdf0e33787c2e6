import { afterAll, expect } from 'vitest'
import { recordAdminTraffic } from './record.ts'

/**
 * Holds everything that the admin API answers in the tests of a file against its OpenAPI document.
 *
 * What is asked and answered elsewhere, in another process, goes unheard.
 */
const traffic = recordAdminTraffic()

afterAll(async () => {
  traffic.stop()
  if (traffic.exchanges.length === 0) return
  const { complaintsOf } = await import('./check.ts')
  const complaints = new Set(traffic.exchanges.flatMap(complaintsOf))
  expect([...complaints], 'what the admin API answered is not what its OpenAPI document says').toEqual([])
})
