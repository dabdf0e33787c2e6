import { defineConfig } from '@playwright/test'

const { IDP_PORT = '9400', API_PORT = '4000', WEB_PORT = '3000', CHROMIUM_PATH, CI } = process.env

export const issuer = `http://localhost:${IDP_PORT}`
const apiUrl = `http://localhost:${API_PORT}`
const webUrl = `http://localhost:${WEB_PORT}`

/** Playwright waits for each before it starts the next one. */
const reuse = { reuseExistingServer: !CI, stdout: 'ignore' } as const

export default defineConfig({
  testDir: 'tests/browser',
  fullyParallel: true,
  use: {
    baseURL: webUrl,
    trace: 'retain-on-failure',
    // A Chromium of your own; left out: the one of `npx playwright install chromium`.
    launchOptions: { executablePath: CHROMIUM_PATH },
  },
  webServer: [
    {
      command: `npm run idp -- --port ${IDP_PORT}`,
      url: `${issuer}/_understudy/health`,
      env: { WEB_URL: webUrl, WEB_INTERNAL_URL: webUrl },
      ...reuse,
    },
    {
      command: 'npm run api',
      port: Number(API_PORT),
      env: { ISSUER: issuer, PORT: API_PORT },
      ...reuse,
    },
    {
      command: 'npm run web',
      url: webUrl,
      env: { ISSUER: issuer, API_URL: apiUrl, PORT: WEB_PORT },
      ...reuse,
    },
  ],
})
