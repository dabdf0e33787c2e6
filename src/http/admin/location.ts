import type { Context } from 'koa'

/** Tells where stands what a request has made: segments below the API, each encoded. */
export function locate(ctx: Context, ...segments: string[]): void {
  ctx.set('Location', `/_understudy/api/${segments.map(encodeURIComponent).join('/')}`)
}

/** Answers a request that has put something in its place: 201 with its address where there was none before, else 200. */
export function answerPut(
  ctx: Context,
  { entry, made }: { entry: unknown; made: boolean },
  ...segments: string[]
): void {
  ctx.status = made ? 201 : 200
  if (made) locate(ctx, ...segments)
  ctx.body = entry
}
