import pino, { type Logger } from 'pino'
import type { LogLevel } from './log-level.ts'

const standardError = 2

/**
 * The log of the process, on standard error: JSON lines, or lines for people where a terminal reads them.
 *
 * It writes synchronously, so that the last line before a crash is there to be read.
 */
export async function createLogger(level: LogLevel): Promise<Logger> {
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }
  const pretty = process.stderr.isTTY ? await prettyStream() : undefined
  return pino(options, pretty ?? pino.destination({ dest: standardError, sync: true }))
}

/** The stream that formats for people; undefined where its library is not installed, which only development needs. */
async function prettyStream(): Promise<pino.DestinationStream | undefined> {
  try {
    const { default: pretty } = await import('pino-pretty')
    return pretty({ destination: standardError, sync: true, translateTime: 'SYS:HH:MM:ss', colorize: true })
  } catch {
    return undefined
  }
}
