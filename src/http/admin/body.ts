import type { Context } from 'koa'
import getRawBody from 'raw-body'
import type { z } from 'zod'
import { check } from '../../control/check.ts'
import { UnderstudyError } from '../../errors.ts'
import { parseJson } from './json.ts'

/** The largest body of most requests. */
const usualLimitBytes = 65_536

/**
 * Reads the JSON body of a request.
 *
 * @param limitBytes the largest body that is read
 * @returns what the schema makes of it; without a body, what it makes of undefined
 * @throws UnderstudyError 413 above the limit, 400 for JSON that is none or does not fit
 */
export async function readJson<Schema extends z.ZodType>(
  ctx: Context,
  schema: Schema,
  limitBytes = usualLimitBytes,
): Promise<z.output<Schema>> {
  const text = decode(await readBytes(ctx, limitBytes))
  return text === '' ? withoutBody(schema) : check(schema, parseJson(text))
}

function withoutBody<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
  const { success, data } = schema.safeParse(undefined)
  if (success) return data
  const message = 'it has no body. Send one in JSON.'
  const errors = [{ path: '', message }]
  throw new UnderstudyError('ERR_REQUEST_INVALID', 400, `Failed to read the request: ${message}`, { errors })
}

/**
 * Refuses a body that is not declared as JSON, also where none is read.
 *
 * A page of our own may post a form here: the answer of an authorization whose `redirect_uri` is a path of the admin API.
 *
 * @throws UnderstudyError `ERR_CONTENT_TYPE` (415)
 */
export function checkType(ctx: Context): void {
  const type = ctx.get('Content-Type')
  const hasBody = ctx.request.length !== 0 && ctx.is('*/*') !== null
  // A form's type is refused even where the form is empty: a foreign page can send one without asking.
  if (type === '' ? hasBody : !/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(type)) {
    throw new UnderstudyError(
      'ERR_CONTENT_TYPE',
      415,
      'Failed to read the request: its body is not declared as JSON. Send it with Content-Type: application/json.',
    )
  }
  if (!['', 'identity'].includes(ctx.get('Content-Encoding'))) {
    throw new UnderstudyError(
      'ERR_CONTENT_TYPE',
      415,
      'Failed to read the request: its body is encoded. Send it plain.',
    )
  }
}

async function readBytes(ctx: Context, limitBytes: number): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, { limit: limitBytes, length: ctx.request.length })
  } catch (error) {
    // What is left of the body stays unread, so that this connection cannot carry another request.
    ctx.set('Connection', 'close')
    if ((error as getRawBody.RawBodyError).type === 'entity.too.large') {
      throw new UnderstudyError(
        'ERR_BODY_TOO_LARGE',
        413,
        `Failed to read the request: its body is larger than ${limitBytes / 1024} KiB.`,
      )
    }
    throw new UnderstudyError('ERR_BODY_UNREADABLE', 400, 'Failed to read the request: its body broke off.')
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UnderstudyError('ERR_BODY_UNREADABLE', 400, 'Failed to read the request: its body is not UTF-8.')
  }
}
