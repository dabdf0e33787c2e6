import { openidClientVerifying } from './library/openid-client.ts'
import { tableOf } from './table.ts'

tableOf(openidClientVerifying)
