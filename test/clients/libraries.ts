import { openidClient, openidClientVerifying } from './library/openid-client.ts'
import type { Library } from './library.ts'

/** Every library, in the order of the columns. */
export const libraries: readonly Library[] = [openidClient, openidClientVerifying]
