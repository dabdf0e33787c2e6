import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUnderstudy, type Understudy } from '../../src/index.ts'
import { authorization } from './metadata/authorization.ts'
import { clientAuthentication } from './metadata/client-authentication.ts'
import { endpoints } from './metadata/endpoints.ts'
import { grantProofs } from './metadata/grants.ts'
import { jose } from './metadata/jose.ts'
import { logout } from './metadata/logout.ts'
import type { Proof } from './metadata/proof.ts'
import { fixtures, forgetKeys, shapes } from './metadata/shapes.ts'
import { type Walk, walkOf } from './metadata/walk.ts'

const proofs: Record<string, Proof> = {
  ...endpoints,
  ...grantProofs,
  ...authorization,
  ...clientAuthentication,
  ...jose,
  ...logout,
}

let plain: Understudy
let secure: Understudy

beforeAll(async () => {
  plain = await startUnderstudy({ fixtures: fixtures as never, watch: false, env: {} })
  secure = await startUnderstudy({ fixtures: fixtures as never, watch: false, env: {}, https: true })
})

afterAll(async () => {
  await plain.close()
  await secure.close()
  forgetKeys()
})

describe.each(shapes)('the metadata of $issuer, over https: $https', ({ issuer: name, https, thorough }) => {
  let walk: Walk
  let documents: Record<string, unknown>[]

  beforeAll(async () => {
    const server = https ? secure : plain
    const mount = name === 'default' ? '' : `/${name}`
    const places = ['openid-configuration', 'oauth-authorization-server'].flatMap((form) => [
      `${server.url}/.well-known/${form}${mount}`,
      `${server.url}${mount}/.well-known/${form}`,
    ])
    documents = []
    for (const place of places) {
      const response = await fetch(place)
      documents.push(response.status === 404 ? {} : ((await response.json()) as Record<string, unknown>))
    }
    walk = await walkOf(server.issuer(name), documents[0] as Record<string, unknown>, server.certificates, thorough)
  })

  test('are the same in every form, and each member of them is proven', () => {
    for (const document of documents) expect(document).toEqual(walk.metadata)
    expect(Object.keys(walk.metadata).filter((member) => proofs[member] === undefined)).toEqual([])
  })

  test.each(Object.entries(proofs))('%s', async (member, { stated, unstated }) => {
    // A persona may have no discovery, and then it promises nothing.
    if (walk.metadata.issuer === undefined) return
    // The clients of the member before are in the way of none, but cost time.
    await walk.issuer.reset()
    if (walk.metadata[member] === undefined) await unstated?.(walk)
    else await stated(walk)
  })
})
