import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import * as z from 'zod'
import { check } from '../../control/check.ts'
import type { Control } from '../../control/control.ts'
import { checkType, readJson } from './body.ts'

/** The names in braces of a path. */
type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Record<Name, string> & ParamsOf<Rest>
  : unknown

/** One request, read and checked. */
export interface Request<Path extends string, Query, Body> {
  control: Control
  params: ParamsOf<Path>
  query: Query
  body: Body
  ctx: Context
}

/** What an operation answers when all is well. */
export interface Good {
  status: 200 | 201 | 204
  /** One sentence. */
  description: string
  /** Of the JSON; left out: no body. */
  schema?: z.ZodType
  /** Default: JSON. */
  type?: string
  /** What it means where the answer is 201 with the same body instead, because there was nothing before. One sentence. */
  made?: string
}

/** An operation of the admin API: what is routed, what the OpenAPI document tells of it, and what it does. */
export interface Route {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** Below `/_understudy`, with parameters in braces. */
  path: string
  /** A few words, as a command. */
  summary: string
  description?: string | undefined
  query: z.ZodObject | undefined
  body: z.ZodType | undefined
  /** Whether the body may be left out. */
  optionalBody: boolean
  good: Good
  /** The codes of the problems that it may answer with, beside those of every operation, by status. */
  problems: Readonly<Record<number, readonly string[]>>
  answer(ctx: Context, control: Control): Promise<void>
}

interface Declared<Path extends string, Query extends z.ZodObject, Body extends z.ZodType>
  extends Pick<Route, 'method' | 'summary' | 'good'> {
  path: Path
  description?: string
  query?: Query
  body?: Body
  problems?: Route['problems']
  /** The largest body, in bytes. Default: 64 KiB. */
  limitBytes?: number
  /** @returns what is answered as JSON; nothing where the answer has no body, or where it has been given already */
  handle(request: Request<Path, z.output<Query>, z.output<Body>>): unknown
}

/** Declares an operation. A body whose schema takes undefined may be left out. */
export function defineRoute<
  const Path extends string,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodUndefined,
>(declared: Declared<Path, Query, Body>): Route {
  const { method, path, summary, description, query, body, good, problems = {} } = declared
  // A parameter that nobody knows is a mistyped one, whatever the schema says of those.
  const takenQuery = (query ?? z.object()).strict()
  return {
    method,
    path,
    summary,
    description,
    query,
    body,
    optionalBody: body?.safeParse(undefined).success === true,
    good,
    problems,
    async answer(ctx, control) {
      const { params } = ctx as unknown as { params: ParamsOf<Path> }
      const asked = check(takenQuery, gather(ctx.query, takenQuery)) as z.output<Query>
      if (method !== 'get') checkType(ctx)
      const read = body === undefined ? undefined : await readJson(ctx, body, declared.limitBytes)
      const made = await declared.handle({ control, params, query: asked, body: read as z.output<Body>, ctx })
      if (ctx.respond === false || ctx.body !== undefined) return
      ctx.status = good.status
      if (good.status !== 204) ctx.body = made
    },
  }
}

/**
 * Gathers what a query writes as `name.member` or `name[member]` below its name, where the schema has one of that name.
 *
 * @see {@link https://spec.openapis.org/oas/v3.1.1.html#style-values OpenAPI 4.8.12.3, deepObject}
 */
function gather(query: Context['query'], { shape }: z.ZodObject): Record<string, unknown> {
  const gathered: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query)) {
    const [, group = '', dotted, bracketed] = /^(\w+)(?:\.(.+)|\[(.+)\])$/s.exec(name) ?? []
    const member = dotted ?? bracketed
    if (member === undefined || !Object.hasOwn(shape, group)) gathered[name] = value
    else gathered[group] = { ...(gathered[group] as object | undefined), [member]: value }
  }
  return gathered
}

/** Sends each request to the operation that is meant. */
export function routeAll(root: string, routes: readonly Route[], control: Control): Middleware {
  const router = new Router({ prefix: root })
  for (const { method, path, answer } of routes) {
    router[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), (ctx) => answer(ctx as unknown as Context, control))
  }
  return compose<Context>([router.routes(), router.allowedMethods()] as Middleware[]) as Middleware
}
