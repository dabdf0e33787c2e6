import { oidcClientTs } from './library/oidc-client-ts.ts'
import { tableOf } from './table.ts'

tableOf(oidcClientTs)
