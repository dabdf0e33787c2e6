import { simpleOauth2 } from './library/simple-oauth2.ts'
import { tableOf } from './table.ts'

tableOf(simpleOauth2)
