import type { RunningIssuer } from '../../issuer/issuer.ts'
import { mountOf } from '../../provider/provider.ts'
import type { IssuerSummary, IssuersControl } from '../issuers.ts'
import type { Access } from './access.ts'

export function controlIssuers({ registry }: Access): IssuersControl {
  return {
    async issuers(origin) {
      return [...(await registry()).all()].map((issuer) => summarize(issuer, origin))
    },
  }
}

/** @param origin what `issuer: auto` stands for; left out, where the server listens */
function summarize({ name, settings, provider }: RunningIssuer, origin: string | undefined): IssuerSummary {
  const isNamedByOrigin = settings.issuer === 'auto' && origin !== undefined
  return {
    name,
    issuer: isNamedByOrigin ? origin + mountOf(name) : provider.naming.issuerFor(undefined),
    persona: settings.persona,
    users: settings.users.length,
    clients: settings.clients.length,
  }
}
