import { expect, test } from 'vitest'
import { Slab } from '../../src/store/slab.ts'
import { Table } from '../../src/store/table.ts'

const text = 'x'.repeat(200)

test('room is used again as entries come and go around some that stay', () => {
  const slab = new Slab((from, to) => {
    refs[refs.indexOf(from)] = to
  })
  const refs: number[] = []
  let highest = 0
  for (let n = 0; n < 20_000; n += 1) {
    const ref = slab.add(0, `id-${n}`, text)
    highest = Math.max(highest, ref)
    refs.push(ref)
    const isToStay = n % 100 === 0
    if (!isToStay) slab.free(refs.pop() ?? 0)
    slab.tidy()
  }
  expect(refs.map((ref) => slab.idOf(ref))).toEqual(Array.from({ length: 200 }, (_, n) => `id-${n * 100}`))
  expect(refs.every((ref) => slab.textOf(ref) === text)).toBe(true)
  const aliveBytes = 200 * 256
  expect(highest * 8).toBeLessThan(aliveBytes * 30)
})

test('a walk meets what lived all the while exactly once, whatever happens meanwhile', () => {
  const table = new Table()
  for (let n = 0; n < 5_000; n += 1) table.put(`t${n}`, text, {})
  const met: string[] = []
  const walk = table.entries()
  for (let n = 0; n < 2_500; n += 1) {
    const next = walk.next()
    if (!next.done) met.push(next.value[0])
  }
  for (let n = 0; n < 5_000; n += 1) {
    if (n % 3 !== 0) table.delete(`t${n}`)
    table.put(`new${n}`, text, {})
  }
  for (const [id] of walk) met.push(id)
  const survivors = met.filter((id) => id.startsWith('t') && Number(id.slice(1)) % 3 === 0)
  expect(survivors).toHaveLength(1667)
  expect(new Set(survivors).size).toBe(1667)
})

test('a walk that is left early lets room be used again', () => {
  let moves = 0
  const slab = new Slab(() => {
    moves += 1
  })
  const refs = Array.from({ length: 1_000 }, (_, n) => slab.add(0, `id-${n}`, text))
  for (const _ of slab.refs()) break
  for (const [n, ref] of refs.entries()) if (n % 3 !== 0) slab.free(ref)
  slab.tidy()
  expect(moves).toBeGreaterThan(100)
})

test('the end of a text is told, whatever its characters', () => {
  const slab = new Slab(() => {})
  for (const tail of [',{"grantId":"g1"}]', ',{"grantId":"ключ"}]', ',{"grantId":"🎩"}]']) {
    const ref = slab.add(0, 'id', `["value",null${tail}`)
    expect([slab.endsWith(ref, tail), slab.endsWith(ref, tail.replace('grantId', 'grantID'))]).toEqual([true, false])
    expect(slab.endsWith(ref, 'x'.repeat(100))).toBe(false)
  }
})
