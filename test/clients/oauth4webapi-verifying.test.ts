import { oauth4webapiVerifying } from './library/oauth4webapi.ts'
import { tableOf } from './table.ts'

tableOf(oauth4webapiVerifying)
