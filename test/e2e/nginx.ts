import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authority } from '../../src/certificates/authority.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { freePort } from './free-port.ts'

/** Debian's nginx before a server, ending TLS. */
export interface Nginx extends AsyncDisposable {
  origin: string
  /** The authority of its certificate. */
  ca: string
}

/** Ends nginx when standard input does, which is at the latest when the process at its other end is gone, however it went. */
const leashed = 'exec 3<&0; "$@" 3<&- & pid=$!; { cat <&3; kill "$pid"; } >/dev/null 2>&1 & exec 3<&-; wait "$pid"'

/** How often another process may be quicker to take a port that was free. */
const attempts = 5

/**
 * Starts nginx.
 *
 * @param server directives of its one server
 */
export async function startNginx(server: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-nginx-'))
  const authority = new Authority(memoryStore().bucket('nginx'))
  const { certificate, key } = await authority.issueServer([{ type: 'dns', value: 'localhost' }])
  await writeFile(join(folder, 'cert.pem'), certificate)
  await writeFile(join(folder, 'key.pem'), key)
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, server))
    const child = await listening(folder, port)
    if (child === undefined && attempt < attempts) continue
    if (child === undefined) throw new Error(`Failed to start nginx: no port was free in ${attempts} attempts`)
    return {
      origin: `https://localhost:${port}`,
      ca: await authority.certificate(),
      async [Symbol.asyncDispose]() {
        child.stdin.end()
        if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
        await rm(folder, { recursive: true })
      },
    }
  }
}

/** Runs nginx until it can be reached; undefined where somebody else has taken the port. */
async function listening(folder: string, port: number): Promise<ChildProcessWithoutNullStreams | undefined> {
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  const child = spawn('sh', ['-c', leashed, 'sh', 'nginx', ...args], { env })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  await once(child, 'spawn')
  while (child.exitCode === null) {
    if (await answers(port)) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  if (said.includes('Address already in use')) return undefined
  throw new Error(`Failed to start nginx: ${said}`)
}

/** Whether something listens at a port of this machine. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  })
  socket.destroy()
  return isOpen
}

function configuration(folder: string, port: number, server: string): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${scratch.join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ${server}
  }
}
`
}
