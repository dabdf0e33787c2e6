import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { startUnderstudy } from 'understudy-idp'

/** Loads all that the package exports, and tells by which names. */
const { resolve } = createRequire(import.meta.url)
const { exports } = JSON.parse(readFileSync(resolve('understudy-idp/package.json'), 'utf8'))
const loaded = {}
for (const path of Object.keys(exports)) {
  const name = path.replace(/^\./, 'understudy-idp')
  const isData = name.endsWith('.json')
  loaded[name] = Object.keys(await import(name, isData ? { with: { type: 'json' } } : undefined)).sort()
}

const idp = await startUnderstudy({ fixtures: { users: ['alice'] } })
const answer = await fetch(`${idp.url}/.well-known/openid-configuration`)
await idp.close()
if (!answer.ok) throw new Error(`discovery answered ${answer.status}`)

console.log(JSON.stringify(loaded))
