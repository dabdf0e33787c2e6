import { randomBytes } from 'node:crypto'
import { rootIssuer, withoutSlash } from '../../domain/issuer.ts'
import { UnderstudyError } from '../../errors.ts'
import { personaFor } from '../../fixtures/persona-choice.ts'
import type { RunningIssuer } from '../../issuer/issuer.ts'
import { mountOf } from '../../provider/issuer-context.ts'
import { check } from '../check.ts'
import type { IssuerSummary, IssuersControl } from '../issuers.ts'
import type { Access } from './access.ts'

export function controlIssuers({ registry }: Access): IssuersControl {
  return {
    async issuers(origin) {
      return [...(await registry()).all()].map((issuer) => summarize(issuer, origin))
    },
    async createIssuer(given = {}, origin) {
      const { newIssuer } = await import('../issuers.ts')
      const { name = madeUpName(), ...declared } = check(newIssuer, given)
      const issuer = await (await registry()).create(name, declared, { kept: true })
      return summarize(issuer, origin)
    },
    async endIssuer(name) {
      const issuers = await registry()
      issuers.get(name)
      if (!issuers.isCreated(name)) throw declaredError(name)
      await issuers.end(name)
    },
  }
}

function madeUpName(): string {
  return `issuer-${randomBytes(6).toString('hex')}`
}

function declaredError(name: string): UnderstudyError {
  const why =
    name === rootIssuer
      ? 'it is the root issuer, without which nothing runs. Reset it instead.'
      : 'the fixtures declare it, and would bring it back. Take it out of them.'
  return new UnderstudyError('ERR_ISSUER_DECLARED', 409, `Failed to end the issuer "${name}": ${why}`)
}

/** @param origin what `issuer: auto` stands for; left out, where the server listens */
function summarize({ name, settings, provider }: RunningIssuer, origin: string | undefined): IssuerSummary {
  const isNamedByOrigin = settings.issuer === 'auto' && origin !== undefined
  const url = isNamedByOrigin ? origin + mountOf(name) : provider.naming.issuerFor(undefined)
  const { name: persona, discovery, endpoints, without = [] } = personaFor(settings.persona)
  const isUntold = discovery === false && !without.includes('authorization')
  const asBrowsersKnowIt = withoutSlash(settings.browser_url ?? url)
  return {
    name,
    issuer: url,
    persona,
    users: settings.users.length,
    clients: settings.clients.length,
    ...(isUntold && { authorization_endpoint: asBrowsersKnowIt + endpoints.authorization }),
  }
}
