import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'

/** A stage of a Dockerfile, carried out in a folder that stands for the image's root. */
export interface Stage {
  root: string
  base: string
  user: string
  workdir: string
  env: Record<string, string>
  /** Exec forms and words of the instructions that only describe the image. */
  says: Record<string, string>
}

/** Folders of the image that stand in the stage's root; other paths are the machine's own. */
const imagePath = /(?<=^|[\s=:"'])\/(?=(?:app|state|fixtures|usr\/local\/bin)(?:\/|[\s"',]|$))/g

/**
 * Carries a Dockerfile out as a script, so that what it says is tried where no container can be built.
 *
 * @param context the repository
 * @param folder an empty one, where each stage gets a folder
 * @param env given to every step beside the image's own, such as the port
 * @returns the last stage
 */
export function carryOut(context: string, folder: string, env: Record<string, string>): Stage {
  const stages = new Map<string, Stage>()
  let stage: Stage | undefined
  for (const [verb, rest] of instructionsOf(join(context, 'Dockerfile'))) {
    if (verb === 'FROM') {
      const [base = '', name = 'image'] = rest.split(/\s+AS\s+/i)
      stage = newStage(join(folder, name), base)
      stages.set(name, stage)
    } else if (stage === undefined) {
      throw new Error(`${verb} before FROM`)
    } else {
      step(stage, verb, rest)
    }
  }
  if (stage === undefined) throw new Error('the Dockerfile is empty')
  return stage

  function step(at: Stage, verb: string, rest: string): void {
    if (verb === 'WORKDIR') at.workdir = rest
    else if (verb === 'USER') at.user = rest
    else if (verb === 'COPY') copy(at, rest)
    else if (verb === 'RUN') run(at, rest)
    else if (verb === 'ENV') for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) at.env[name] = value
    else at.says[verb] = rest
    mkdirSync(join(at.root, at.workdir), { recursive: true })
  }

  function copy(at: Stage, rest: string): void {
    const [, from] = /--from=(\S+)/.exec(rest) ?? []
    const paths = rest.split(/\s+/).filter((word) => !word.startsWith('--'))
    const target = paths.pop() ?? ''
    const source = from === undefined ? context : (stages.get(from)?.root ?? '')
    for (const path of paths.flatMap((each) => (each === '.' ? sentFiles(context) : [each]))) {
      const isFolder = target.endsWith('/') || target === '.'
      const name = paths[0] === '.' ? path : (path.split('/').pop() ?? '')
      cpSync(join(source, path), join(at.root, resolve(at.workdir, target), isFolder ? name : ''), { recursive: true })
    }
  }

  function run(at: Stage, command: string): void {
    if (command === 'npm ci') {
      // The repository's own packages are what the lock file says, and are here already.
      symlinkSync(join(context, 'node_modules'), join(at.root, at.workdir, 'node_modules'))
      return
    }
    execFileSync('/bin/sh', ['-c', inStage(at, command)], {
      cwd: join(at.root, at.workdir),
      env: { ...environmentOf(at), ...env },
      stdio: 'pipe',
      timeout: 60_000,
    })
  }
}

/** A text of the image with its paths as they stand on this machine. */
export function inStage(stage: Stage, text: string): string {
  return text.replace(imagePath, `${stage.root}/`)
}

/** What a process of the image finds in its environment, and nothing else of this machine's. */
export function environmentOf(stage: Stage): Record<string, string> {
  const own = Object.entries(stage.env).map(([name, value]) => [name, inStage(stage, value)])
  const path = [join(stage.root, 'usr/local/bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
  return { ...Object.fromEntries(own), PATH: path, HOME: stage.root }
}

function newStage(root: string, base: string): Stage {
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
  // Who owns what is for the builder of the real image.
  writeFileSync(join(root, 'usr/local/bin/chown'), '#!/bin/sh\n', { mode: 0o755 })
  return { root, base, user: 'root', workdir: '/', env: {}, says: {} }
}

function instructionsOf(file: string): [verb: string, rest: string][] {
  const text = readFileSync(file, 'utf8').replaceAll(/^\s*#.*\n/gm, '')
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, verb = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
      return [verb, rest.trim()]
    })
}

/** What the build is sent: all that .dockerignore names after a `!`. */
function sentFiles(context: string): string[] {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n')
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
}
