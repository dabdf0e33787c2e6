import { connect, type Understudy, UnderstudyError } from 'understudy-idp/client'

export async function use(): Promise<Understudy> {
  const idp = await connect('http://localhost:9400', { waitMs: 5000 })
  const scopes = await idp.scopes.list()
  const names: string[] = scopes.map(({ name }) => name)
  if (names.length === 0) throw new UnderstudyError('ERR_NONE', 404, 'Failed to find a scope.')
  return idp
}
