import * as z from 'zod'

export const loginInitiation = z
  .strictObject({
    login_hint: z.string().min(1).optional().describe('Who is to log in, as the client is to hand it on.'),
    target_link_uri: z.url().optional().describe('Where the client is to go once the user has logged in.'),
  })
  .meta({ id: 'LoginInitiation', description: 'A login that begins elsewhere than at the client.' })

export type LoginInitiation = z.input<typeof loginInitiation>

export const initiatedLogin = z
  .strictObject({ url: z.string().describe('To be opened in the browser that is to be logged in.') })
  .meta({ id: 'InitiatedLogin', description: 'Where the client begins a login when it is asked to.' })

export type InitiatedLogin = z.output<typeof initiatedLogin>

export interface InitiateLoginControl {
  /**
   * The link by which a third party has a client begin a login.
   *
   * @param origin what `issuer: auto` stands for
   * @throws UnderstudyError `ERR_CLIENT_UNKNOWN`, `ERR_NO_INITIATE_LOGIN`
   * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID Connect Core 4}
   */
  initiateLogin(issuer: string, client: string, initiation?: LoginInitiation, origin?: string): Promise<InitiatedLogin>
}
