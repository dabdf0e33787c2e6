import { expressOpenidConnect } from './library/express-openid-connect.ts'
import { tableOf } from './table.ts'

tableOf(expressOpenidConnect)
