import { passportOpenidconnect } from './library/passport-openidconnect.ts'
import { tableOf } from './table.ts'

tableOf(passportOpenidconnect)
