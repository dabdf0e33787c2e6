import { defineConfig } from '@playwright/test'

/** A project of its own, which test/sdk/playwright.test.ts runs as a user would. */
export default defineConfig({
  testMatch: '*.case.ts',
  outputDir: process.env.OUTPUT_DIR ?? '',
  workers: 2,
  retries: 1,
  fullyParallel: true,
  reporter: 'json',
  use: { baseURL: process.env.APP_URL ?? '', launchOptions: JSON.parse(process.env.BROWSER ?? '{}') },
})
