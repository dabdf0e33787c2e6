import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export interface SpaSettings {
  issuer: string
  clientId: string
}

export interface Spa {
  origin: string
  close(): Promise<void>
}

/** Serves the single-page app at an origin of its own. */
export async function serveSpa(settings: SpaSettings): Promise<Spa> {
  const script = await bundle()
  const html = `<!doctype html><meta charset="utf-8"><title>The app</title><link rel="icon" href="data:,">
<button id="sign-in">Sign in</button><button id="sign-in-pushed">Push and sign in</button>
<button id="sign-out">Sign out</button><pre id="result"></pre>
<script type="application/json" id="settings">${JSON.stringify(settings)}</script>
<script type="module">${script}</script>`
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('app.js', import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script')
}
