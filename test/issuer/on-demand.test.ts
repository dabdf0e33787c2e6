import { expect, test } from 'vitest'
import { loadFixtures } from '../../src/fixtures/load.ts'
import { IssuersOnDemand } from '../../src/issuer/on-demand.ts'

async function onDemand(most: number): Promise<IssuersOnDemand> {
  const { issuers, template } = await loadFixtures({ inline: { issuers: { '*': {} } } })
  const made = new IssuersOnDemand(most)
  made.adopt(template, issuers.get('default'))
  return made
}

test('no more are started than there may be, until one is forgotten', async () => {
  const made = await onDemand(1)
  await made.start('one', async () => {})

  await expect(made.start('two', async () => {})).rejects.toMatchObject({ code: 'ERR_ISSUERS_FULL', status: 403 })
  made.forget('one')

  await expect(made.start('two', async () => {})).resolves.toBeUndefined()
  expect([made.has('one'), made.has('two')]).toEqual([false, true])
})

test('one that fails to start is not there, and is tried again', async () => {
  const made = await onDemand(1)
  const broken = made.start('one', async () => {
    throw new Error('broken')
  })

  await expect(broken).rejects.toThrow('broken')

  expect(made.has('one')).toBe(false)
  await expect(made.start('one', async () => {})).resolves.toBeUndefined()
})

test('all who ask at once wait for one start', async () => {
  const made = await onDemand(5)
  let starts = 0
  const start = async () => {
    starts += 1
  }

  await Promise.all([made.start('one', start), made.start('one', start)])

  expect(starts).toBe(1)
})
