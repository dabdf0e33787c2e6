import { openidClient } from './library/openid-client.ts'
import { tableOf } from './table.ts'

tableOf(openidClient)
