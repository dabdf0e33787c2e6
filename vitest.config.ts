import { defineConfig } from 'vitest/config'
import { ProtocolReporter } from './test/protocol/reporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/traffic/setup.ts'],
    reporters: ['default', new ProtocolReporter()],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
