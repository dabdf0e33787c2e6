import { authCore } from './library/auth-core.ts'
import { tableOf } from './table.ts'

tableOf(authCore)
