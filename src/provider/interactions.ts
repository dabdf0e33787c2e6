import type Provider from 'oidc-provider'
import { allScopes, releasedClaims } from '../domain/claims.ts'
import type { IssuerSettings } from '../domain/issuer.ts'
import type { PageClient, PageDetail, PageScope } from '../domain/pages.ts'
import type { Scope } from '../domain/scope.ts'
import { type User, userStates } from '../domain/user.ts'
import type { Users } from './accounts.ts'
import type { AskedUser } from './asked-user.ts'
import { acrFor } from './authentication-context.ts'
import { pageDetails } from './authorization-details/page-details.ts'
import { hintedUser } from './login-hint.ts'
import { pageClient, pageScopes } from './pages.ts'

type Interaction = InstanceType<Provider['Interaction']>
type Session = InstanceType<Provider['Session']>

/** Scopes and claims that the person has not yet decided on. */
interface Missing {
  missingOIDCScope?: string[]
  missingOIDCClaims?: string[]
  missingResourceScopes?: Record<string, string[]>
}

/** One step of an authorization or a device confirmation that a person has to take. Its verbs return where to go next. */
export interface OpenInteraction {
  prompt: 'login' | 'consent'
  client: PageClient
  /** Who is signed in, if anybody. */
  user: User | undefined
  /** The username that the client suggests. */
  loginHint: string | undefined
  scopes: PageScope[]
  /** Names of the claims of the user that the client would learn. */
  claims: string[]
  /** What the client wants to do beyond its scopes. */
  details: PageDetail[]
  login(user: User): Promise<string>
  consent(): Promise<string>
  abort(): Promise<string>
  /** Signs the browser out, so that the next step is to sign in again. */
  switchUser(): Promise<string>
}

export interface Interactions {
  /** The step with this id, where this browser was sent to it and it is not over. */
  open(uid: string, cookie: string | undefined): Promise<OpenInteraction | undefined>
}

/** Checks a username and a password as the login page does. */
export function authenticate(users: Users, username: string, password: string | undefined): User | { error: string } {
  const user = users.byName(username)
  if (user === undefined) return { error: `There is no user "${username}" here.` }
  if (password !== undefined && user.password !== undefined && user.password !== password) {
    return { error: `That is not the password of ${username}.` }
  }
  const state = userStates[user.state]
  return state.login ? user : { error: state.message }
}

export function createInteractions(
  provider: Provider,
  users: Users,
  settings: Pick<IssuerSettings, 'scopes' | 'authorization_details' | 'acr_values'>,
): Interactions {
  const { scopes, authorization_details: details } = settings

  async function finish(interaction: Interaction, result: Record<string, unknown>): Promise<string> {
    interaction.result = { ...(interaction.lastSubmission as object | undefined), ...result }
    await interaction.persist()
    return interaction.returnTo
  }

  /** Takes the user out of the browser's session, which otherwise refuses to change its user. */
  async function forgetUser(interaction: Interaction): Promise<void> {
    const uid = (interaction.session as { uid?: string } | undefined)?.uid
    const session: Session | undefined = uid === undefined ? undefined : await provider.Session.findByUid(uid)
    if (session === undefined) return
    Object.assign(session, { accountId: undefined, loginTs: undefined, authorizations: undefined })
    Object.assign(session, { amr: undefined, acr: undefined })
    await session.persist()
  }

  async function grantMissing(interaction: Interaction): Promise<string> {
    const { accountId } = interaction.session ?? {}
    const clientId = interaction.params.client_id as string
    const found = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
    const grant = found ?? new provider.Grant({ accountId, clientId })
    const missing = interaction.prompt.details as Missing
    if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '))
    if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims)
    for (const [indicator, names] of Object.entries(missing.missingResourceScopes ?? {})) {
      grant.addResourceScope(indicator, names.join(' '))
    }
    return grant.save()
  }

  async function describe(interaction: Interaction): Promise<OpenInteraction> {
    const client = await provider.Client.find(interaction.params.client_id as string)
    const sub = (interaction.session as { accountId?: string } | undefined)?.accountId
    const asked = askedScopes(interaction, allScopes(scopes))
    const user = sub === undefined ? undefined : users.bySub(sub)
    return {
      prompt: interaction.prompt.name === 'consent' ? 'consent' : 'login',
      client: pageClient(client ?? { clientId: String(interaction.params.client_id) }),
      user,
      loginHint: hintOf(interaction, users),
      scopes: pageScopes(asked, scopes),
      claims: user === undefined ? [] : releasedClaims(user.claims, asked, allScopes(scopes)),
      details: pageDetails(interaction.params.authorization_details, details),
      async login(user) {
        if (sub !== undefined && sub !== user.sub) await forgetUser(interaction)
        const acr = acrFor(settings, interaction.params)
        return finish(interaction, { select_account: {}, login: { accountId: user.sub, amr: ['pwd'], acr } })
      },
      consent: async () => finish(interaction, { consent: { grantId: await grantMissing(interaction) } }),
      async abort() {
        interaction.result = { error: 'access_denied', error_description: 'The user refused the request.' }
        await interaction.persist()
        return interaction.returnTo
      },
      async switchUser() {
        await forgetUser(interaction)
        interaction.result = {}
        await interaction.persist()
        return interaction.returnTo
      },
    }
  }

  return {
    async open(uid, cookie) {
      const interaction = cookie === uid ? await provider.Interaction.find(uid) : undefined
      return interaction === undefined ? undefined : describe(interaction)
    },
  }
}

/** The username of who must sign in, else of whom the request's hints mean, else the hint as it is. */
function hintOf({ params, prompt }: Interaction, users: Users): string | undefined {
  const { askedUser } = prompt.details as AskedUser
  if (askedUser !== undefined) return askedUser
  const { login_hint: hint } = params
  return hintedUser(users, params as Record<string, string | undefined>)?.username ?? (hint as string | undefined)
}

/** Scopes on the consent page: those not decided on yet; where a client asks again for what it has, all of them. */
function askedScopes(interaction: Interaction, known: Readonly<Record<string, Scope>>): Set<string> {
  const { missingOIDCScope = [], missingResourceScopes = {} } = interaction.prompt.details as Missing
  const missing = new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()])
  if (missing.size > 0) return missing
  const requested = String(interaction.params.scope ?? '').split(' ')
  return new Set(requested.filter((scope) => Object.hasOwn(known, scope)))
}
