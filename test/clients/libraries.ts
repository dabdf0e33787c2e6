import { authCore } from './library/auth-core.ts'
import { expressOpenidConnect } from './library/express-openid-connect.ts'
import { oauth4webapi, oauth4webapiVerifying } from './library/oauth4webapi.ts'
import { oidcClientTs } from './library/oidc-client-ts.ts'
import { openidClient, openidClientVerifying } from './library/openid-client.ts'
import { passportOpenidconnect } from './library/passport-openidconnect.ts'
import { simpleOauth2 } from './library/simple-oauth2.ts'
import type { Library } from './library.ts'

/** Every library, in the order of the columns. */
export const libraries: readonly Library[] = [
  openidClient,
  openidClientVerifying,
  oauth4webapi,
  oauth4webapiVerifying,
  passportOpenidconnect,
  expressOpenidConnect,
  authCore,
  oidcClientTs,
  simpleOauth2,
]
