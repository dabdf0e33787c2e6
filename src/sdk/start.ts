import { randomUUID } from 'node:crypto'
import type { Control } from '../control/control.ts'
import type { PendingDevice } from '../control/devices.ts'
import type { ArmedFaultView } from '../control/faults.ts'
import type { Resettable } from '../control/resettable.ts'
import type { ScenarioView } from '../control/scenarios.ts'
import { rootIssuer } from '../domain/issuer.ts'
import type { FaultName } from '../faults/catalog.ts'
import type { ArmedFaultInput } from '../faults/spec.ts'
import type { FixturesModule, IssuerModule } from '../fixtures/define.ts'
import { type ServerOptions, startServer } from '../server.ts'
import { parseDurationSeconds } from '../time.ts'

/** A fault by name, or as the fixtures write it. */
export type ArmInput = FaultName | ArmedFaultInput

export interface UnderstudyOptions extends Omit<ServerOptions, 'fixtures' | 'inline'> {
  /** The fixtures themselves, or the path of a file or folder, or several. Default: the documented example. */
  fixtures?: FixturesModule | string | readonly string[] | undefined
}

/** The verbs of one issuer. */
export interface UnderstudyIssuer {
  readonly name: string
  /** The issuer identifier. */
  readonly url: string
  /** Arms a fault, and tells what was armed. */
  arm(fault: ArmInput): Promise<ArmedFaultView>
  armed(): Promise<ArmedFaultView[]>
  /** Disarms one, or all. */
  disarm(id?: string): Promise<void>
  /** Toggles a scenario of the fixtures. */
  scenario(name: string, enabled: boolean): Promise<ScenarioView>
  readonly device: {
    pending(): Promise<PendingDevice[]>
    approve(userCode: string, user: string): Promise<void>
    deny(userCode: string): Promise<void>
    expire(userCode: string): Promise<void>
  }
  readonly clock: {
    /** Moves this issuer's time forward: seconds, or text such as `31d`. */
    advance(by: number | string): Promise<void>
  }
  /** Back to the fixtures. */
  reset(options?: { keep?: readonly Resettable[] }): Promise<void>
}

/** An issuer to be created: its name, made up where it is left out, and all that an issuer has in the fixtures. */
export type NewIssuer = IssuerModule & { name?: string }

/** An issuer that a program has created; disposing of it ends it and forgets all that it stored. */
export interface CreatedIssuer extends UnderstudyIssuer, AsyncDisposable {}

/** A running Understudy, whose own verbs are those of its root issuer. */
export interface Understudy extends UnderstudyIssuer, AsyncDisposable {
  /**
   * A named issuer.
   *
   * @throws UnderstudyError `ERR_ISSUER_UNKNOWN`
   */
  issuer(name: string): UnderstudyIssuer
  /**
   * Starts one more issuer beside those of the fixtures, whose reloads leave it alone: one a test, for instance.
   *
   * @throws UnderstudyError `ERR_ISSUER_EXISTS`, or `ERR_FIXTURES_INVALID` with every mistake
   */
  createIssuer(settings?: NewIssuer): Promise<CreatedIssuer>
  /** Where it listens, whatever its issuers are called. */
  readonly origin: string
  close(): Promise<void>
}

/**
 * Starts an Understudy in this process, on a free port and in memory unless told otherwise.
 *
 * @throws UnderstudyError `ERR_FIXTURES_INVALID` with every mistake, `ERR_PORT_IN_USE`, `ERR_STORE_…`
 */
export async function startUnderstudy({ fixtures, ...options }: UnderstudyOptions = {}): Promise<Understudy> {
  const paths = typeof fixtures === 'string' ? [fixtures] : fixtures
  const given = isPaths(paths) ? { fixtures: paths } : { inline: paths }
  const server = await startServer({ port: 0, logLevel: 'warn', ...options, ...given })
  const { control, registry } = server
  const issuer = (name: string) => {
    const running = registry.get(name)
    return issuerVerbs(name, running.provider.naming.issuerFor(undefined), control, (by) => running.advance(by))
  }
  async function createIssuer(settings: NewIssuer = {}): Promise<CreatedIssuer> {
    const { name = `issuer-${randomUUID()}`, ...declared } = settings
    await registry.create(name, declared)
    return { ...issuer(name), [Symbol.asyncDispose]: () => registry.end(name) }
  }
  const { url: origin, close } = server
  return { ...issuer(rootIssuer), issuer, createIssuer, origin, close, [Symbol.asyncDispose]: close }
}

function isPaths(fixtures: FixturesModule | readonly string[] | undefined): fixtures is readonly string[] | undefined {
  return fixtures === undefined || Array.isArray(fixtures)
}

function issuerVerbs(
  name: string,
  url: string,
  control: Control,
  advance: (seconds: number) => Promise<void>,
): UnderstudyIssuer {
  return {
    name,
    url,
    arm: (fault) => control.arm(name, typeof fault === 'string' ? { fault } : fault),
    armed: () => control.faults(name),
    disarm: (id) => control.disarm(name, id),
    scenario: (scenario, enabled) => control.toggleScenario(name, scenario, enabled),
    device: {
      pending: () => control.devices(name),
      approve: (userCode, user) => control.actOnDevice(name, userCode, { action: 'approve', user }),
      deny: (userCode) => control.actOnDevice(name, userCode, { action: 'deny' }),
      expire: (userCode) => control.actOnDevice(name, userCode, { action: 'expire' }),
    },
    clock: {
      async advance(by) {
        const seconds = parseDurationSeconds(by)
        if (seconds === undefined) {
          throw new RangeError(
            `Failed to advance the clock by "${by}": expected seconds, or text such as 90s, 10m or 31d.`,
          )
        }
        await advance(seconds)
      },
    },
    reset: (options) => control.reset(name, options),
  }
}
