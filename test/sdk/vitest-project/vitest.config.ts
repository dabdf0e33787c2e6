import { defineConfig } from 'vitest/config'

/** A project of its own, which test/sdk/vitest.test.ts runs as a user would. */
export default defineConfig({ test: { include: ['*.case.ts'] } })
