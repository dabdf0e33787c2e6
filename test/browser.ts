import { existsSync } from 'node:fs'
import bundled from '@sparticuz/chromium'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

const args = [
  '--headless',
  '--no-sandbox', // needed as root, as in most containers; only our own pages are opened
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Launches a real Chromium: the one of `CHROMIUM_PATH`, else the one that comes with the packages, else the system's.
 *
 * The Debian packages that the one from the packages needs are in `scripts/browser-packages.txt`.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const { browser } = await launch({ args: [...args, ...more] })
  return browser
}

/** How that Chromium is launched by somebody else, such as the test runner of Playwright. */
export async function browserOptions(): Promise<Pick<LaunchOptions, 'executablePath' | 'args'>> {
  const { browser, executablePath } = await launch({ args })
  await browser.close()
  return { executablePath, args }
}

async function launch(options: LaunchOptions): Promise<{ browser: Browser; executablePath: string }> {
  const failures: unknown[] = []
  for (const locate of [fromEnvironment, fromPackages, fromSystem]) {
    try {
      const executablePath = await locate()
      if (executablePath) return { browser: await chromium.launch({ ...options, executablePath }), executablePath }
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(
    failures,
    `Failed to launch Chromium: ${failures.map(String).join('; ')}. Install the packages in scripts/browser-packages.txt, or set CHROMIUM_PATH.`,
  )
}

function fromEnvironment(): string | undefined {
  return process.env.CHROMIUM_PATH
}

function fromPackages(): Promise<string> {
  return bundled.executablePath()
}

function fromSystem(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
}
