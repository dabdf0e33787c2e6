import { oauth4webapi } from './library/oauth4webapi.ts'
import { tableOf } from './table.ts'

tableOf(oauth4webapi)
