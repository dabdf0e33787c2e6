import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/integration/**/*.test.ts'],
    // The files of a worker share its Understudy, whose start is the first test's to wait for.
    isolate: false,
    testTimeout: 30_000,
  },
})
