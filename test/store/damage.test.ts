import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonStore } from '../../src/store/json.ts'
import { contentsOf, testFolder } from './folder.ts'

/** A store with a snapshot of some records, and a log of three more. */
async function makeStore(): Promise<{ folder: string; file: string; log: string }> {
  const folder = testFolder()
  const file = join(folder, 'store.json')
  const store = await jsonStore(file, { compactAtBytes: 2_000 })
  const bucket = store.bucket('default')
  const value = 'a value of a certain length'
  await Promise.all(Array.from({ length: 50 }, (_, n) => bucket.put('Token', `t${n}`, { value })))
  await expect.poll(() => JSON.parse(readFileSync(file, 'utf8')).count).toBe(50)
  await store.close()
  const again = await jsonStore(file)
  for (const id of ['x', 'y', 'z']) await again.bucket('default').put('Token', id, { value: 'kept' })
  await again.close()
  const name = Object.keys(contentsOf(folder)).find((each) => each.endsWith('.log')) ?? ''
  return { folder, file, log: join(folder, name) }
}

async function idsIn(file: string): Promise<string[]> {
  const store = await jsonStore(file)
  const ids = await store.bucket('default').ids('Token')
  await store.close()
  return [...ids]
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

type Made = Awaited<ReturnType<typeof makeStore>>
const damages: Record<string, [damage: (made: Made) => void, code: string, says: RegExp]> = {
  'a snapshot cut short': [
    ({ file }) => truncateSync(file, statSync(file).size - 10),
    'ERR_STORE_FILE',
    /store\.json is cut short/,
  ],
  'an empty snapshot': [({ file }) => truncateSync(file, 0), 'ERR_STORE_FILE', /store\.json is no store of Understudy/],
  'a snapshot with a changed value': [
    ({ file }) => edit(file, (text) => text.replace('certain', 'Certain')),
    'ERR_STORE_FILE',
    /store\.json is damaged/,
  ],
  'a snapshot without one of its lines': [
    ({ file }) => edit(file, (text) => text.replace(/\n,.*\n/, '\n')),
    'ERR_STORE_FILE',
    /store\.json is damaged/,
  ],
  'a snapshot with a broken line': [
    ({ file }) => edit(file, (text) => text.replace('"Token"', '"Token')),
    'ERR_STORE_FILE',
    /store\.json is damaged in line 2/,
  ],
  'a snapshot that goes on': [
    ({ file }) => edit(file, (text) => `${text}{}\n`),
    'ERR_STORE_FILE',
    /goes on after its end/,
  ],
  'a snapshot of a newer version': [
    ({ file }) => edit(file, (text) => text.replace('"version":1', '"version":2')),
    'ERR_STORE_VERSION',
    /store\.json is of format version 2.*Use the newer Understudy/,
  ],
  'a file of something else': [
    ({ file }) => writeFileSync(file, '{\n  "users": []\n}\n'),
    'ERR_STORE_FILE',
    /store\.json is no store of Understudy/,
  ],
  'another program’s one-line JSON': [
    ({ file }) => writeFileSync(file, '{"users":[]}\n'),
    'ERR_STORE_FILE',
    /store\.json is no store of Understudy/,
  ],
  'a file that is no text': [
    ({ file }) => writeFileSync(file, Buffer.from([0, 255, 10, 254, 10])),
    'ERR_STORE_FILE',
    /no store of Understudy/,
  ],
  'a missing snapshot': [({ file }) => rmSync(file), 'ERR_STORE_FILE', /store\.json is missing/],
  'a missing log': [({ log }) => rmSync(log), 'ERR_STORE_FILE', /\.log is missing/],
  'a log with a broken line in its middle': [
    ({ log }) => edit(log, (text) => text.replace('"y"', '"y')),
    'ERR_STORE_FILE',
    /\.log is damaged in line \d+/,
  ],
  'a log with a changed value in its middle': [
    ({ log }) => edit(log, (text) => text.replace('"y"', '"Y"')),
    'ERR_STORE_FILE',
    /\.log is damaged in line \d+/,
  ],
  'a log with a foreign line': [
    ({ log }) => edit(log, (text) => `${text}hello\n`),
    'ERR_STORE_FILE',
    /\.log is damaged in line \d+/,
  ],
  'a log of a newer version': [
    ({ log }) => edit(log, (text) => text.replace('"version":1', '"version":7')),
    'ERR_STORE_VERSION',
    /\.log is of format version 7/,
  ],
  'a log of another generation': [
    ({ log }) => edit(log, (text) => text.replace(/"generation":\d+/, '"generation":99')),
    'ERR_STORE_FILE',
    /another generation/,
  ],
  'a log without its beginning': [({ log }) => truncateSync(log, 5), 'ERR_STORE_FILE', /\.log is (cut short|missing)/],
  'a gap between logs': [
    function skipOne({ log }) {
      const generation = Number(/(\d+)\.log$/.exec(log)?.[1]) + 2
      const later = log.replace(/\d+\.log$/, `${generation}.log`)
      copyFileSync(log, later)
      edit(later, (text) => text.replace(/"generation":\d+/, `"generation":${generation}`))
    },
    'ERR_STORE_FILE',
    /\d\.log is missing/,
  ],
}

for (const [name, [damage, code, says]] of Object.entries(damages)) {
  test(`${name} is refused, and no file is touched`, async () => {
    const made = await makeStore()
    damage(made)
    const before = contentsOf(made.folder)
    const error = await jsonStore(made.file).catch((reason) => reason)
    expect(error).toMatchObject({ code })
    expect(error.message).toMatch(says)
    expect(error.message).toContain('Nothing was changed.')
    expect(contentsOf(made.folder)).toEqual(before)
  })
}

test('a torn last line is cut, and all before it is kept', async () => {
  const { file, log } = await makeStore()
  const whole = readFileSync(log)
  const expected = await idsIn(file)
  for (const tail of ['0', '00000000 ["put","default","Tok', '\0\0\0\0']) {
    writeFileSync(log, Buffer.concat([whole, Buffer.from(tail)]))
    expect(await idsIn(file)).toEqual(expected)
    expect(readFileSync(log)).toEqual(whole)
  }
})

test('a last line cut at any byte costs that line alone', async () => {
  const { file, log } = await makeStore()
  const whole = readFileSync(log)
  const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1
  const expected = (await idsIn(file)).filter((id) => id !== 'z').sort()
  for (let size = lastLine; size < whole.length; size += 1) {
    writeFileSync(log, whole.subarray(0, size))
    expect((await idsIn(file)).sort()).toEqual(expected)
  }
})

test('logs that a crash kept from being removed or begun are removed', async () => {
  const { folder, file, log } = await makeStore()
  const expected = await idsIn(file)
  const generation = Number(/(\d+)\.log$/.exec(log)?.[1])
  writeFileSync(`${file}.${generation - 1}.log`, 'whatever an old log held')
  writeFileSync(`${file}.${generation + 1}.log`, '{"format":"understudy-st')
  writeFileSync(`${file}.draft`, '{"format":')
  expect(await idsIn(file)).toEqual(expected)
  expect(Object.keys(contentsOf(folder)).sort()).toEqual(['store.json', `store.json.${generation}.log`])
})
