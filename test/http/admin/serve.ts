import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import type { Control } from '../../../src/control/control.ts'
import { createAdminApi } from '../../../src/http/admin/admin.ts'
import { createRender } from '../../../src/http/web/render.ts'
import { memoryControl } from '../../control/memory-control.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  json: unknown
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** The admin API on a port of its own, in front of a control that only remembers. */
export async function serveAdmin(options: { adminToken?: string; allowedHosts?: string[] } = {}) {
  const control = memoryControl()
  const reported: unknown[] = []
  const app = new Koa()
  app.use(
    createAdminApi({
      control: control as unknown as Control,
      render: createRender(),
      adminToken: options.adminToken,
      allowedHosts: () => options.allowedHosts ?? [],
      report: (error) => reported.push(error),
    }),
  )
  app.use((ctx) => {
    ctx.body = 'elsewhere'
  })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    control,
    reported,
    port,
    url: `http://127.0.0.1:${port}`,
    ask: (path: string, asked?: Asked) => ask(port, path, asked),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Asks with exactly these headers, `Host` among them, which fetch would not let through. */
async function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const isJson = /json/.test(response.headers['content-type'] ?? '')
  return { status: response.statusCode, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** A request with a JSON body. */
export function json(method: string, body: unknown): Asked {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
