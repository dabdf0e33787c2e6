import { expect, test } from 'vitest'
import { families } from '../../src/faults/catalog.ts'
import { personas } from '../../src/personas/catalog.ts'
import { runHere as run } from './run.ts'

test('faults lists every fault once, by family', async () => {
  const { stdout } = await run(['faults'])

  const tables = stdout
    .trimEnd()
    .split('\n\n')
    .map((text) => text.split('\n'))
  const listed = tables.map(([head = '', ...rows]) => [head.split(' ')[0], rows.map((row) => row.split(' ')[0])])
  const expected = Object.entries(families).map(([name, faults]) => [
    name.toUpperCase(),
    faults.map(({ name }) => name),
  ])
  expect(listed).toEqual(expected)
})

test('faults tells all about one', async () => {
  const { stdout } = await run(['faults', 'slow_down'])

  expect(stdout).toMatch(/^slow_down\n {2}\S/)
  expect(stdout).toContain('Fires at:          token (grants: device_code, ciba)\n')
  expect(stdout).toContain('See:               https://www.rfc-editor.org/rfc/rfc8628')
  expect(stdout).toMatch(/\n {4}description +string\. /)
  expect(stdout).toMatch(/\n {4}retry_after +number or string\. /)
})

test('faults prints JSON, with the parameters as JSON Schema', async () => {
  const { stdout } = await run(['faults', 'slow_down', '--json'])

  expect(JSON.parse(stdout)).toMatchObject({
    name: 'slow_down',
    endpoints: ['token'],
    parameters: { description: { type: 'string' } },
  })
})

test('a mistyped fault is guessed', async () => {
  const ran = await run(['faults', 'slow_dwn'])

  expect(ran).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: Failed to find the fault "slow_dwn": there is none. Did you mean "slow_down"?\n',
  })
})

test('personas lists every persona', async () => {
  const { stdout } = await run(['personas'])

  const [head, ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^NAME +WHAT IT IS$/)
  expect(rows).toHaveLength(personas.length)
  expect(stdout).toContain(personas[0].summary)
})
