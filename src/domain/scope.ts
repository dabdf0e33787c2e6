import * as z from 'zod'

export const scopeSchema = z.strictObject({
  description: z.string().optional().describe('Shown on the consent page.'),
  claims: z.array(z.string()).default([]).describe('The claims that this scope releases.'),
})

export type Scope = z.output<typeof scopeSchema>

/**
 * The scopes that OpenID Connect itself defines, with the claims each releases.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core 5.4}
 */
export const standardScopes: Readonly<Record<string, Scope>> = {
  openid: { description: 'Sign you in', claims: [] },
  profile: {
    description: 'See your name and profile',
    claims: [
      'name',
      'family_name',
      'given_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
  },
  email: { description: 'See your e-mail address', claims: ['email', 'email_verified'] },
  address: { description: 'See your postal address', claims: ['address'] },
  phone: { description: 'See your phone number', claims: ['phone_number', 'phone_number_verified'] },
  offline_access: { description: 'Stay signed in while you are away', claims: [] },
}
