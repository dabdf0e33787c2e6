import { jsonStore } from '../../../src/store/json.ts'

/** Writes large records until the disk takes no more, then a small one, and says what it saw. */
const [file = ''] = process.argv.slice(2)
const store = await jsonStore(file)
const bucket = store.bucket('default')
let written = 0
let code: unknown
while (code === undefined && written < 100) {
  try {
    await bucket.put('Token', `large-${written}`, { value: 'x'.repeat(10_000) })
    written += 1
  } catch (error) {
    code = error instanceof Error && 'code' in error ? error.code : error
  }
}
const isShown = (await bucket.get('Token', `large-${written}`)) !== undefined
await bucket.put('Token', 'small', { value: 'fits' })
await store.close()
console.log(JSON.stringify({ written, code, isShown }))
