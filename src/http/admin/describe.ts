import * as z from 'zod'
import { version } from '../../control/version.ts'
import type { Render } from '../../domain/pages.ts'
import { originOf } from '../../provider/hosts.ts'
import { authorityRoutes } from './certificates.ts'
import { healthRoutes } from './health.ts'
import { type ApiDocument, describeApi } from './openapi/document.ts'
import { referencePage } from './reference.ts'
import { defineRoute, type Request, type Route } from './route.ts'
import { guardedRoutes } from './routes.ts'

export interface DescribeOptions {
  /** The path below which the admin API stands. */
  root: string
  render: Render
  needsToken: boolean
}

/** The document as the package holds it: of a server at its usual address that may or may not ask for a token. */
export function packagedDocument(render: Render): ApiDocument {
  const described = descriptionRoutes({ root: '', render, needsToken: false })
  return describeApi([...healthRoutes, ...authorityRoutes, ...described], guardedRoutes, {
    server: 'http://localhost:9400/_understudy',
    version,
  })
}

/** The operations that describe all operations, themselves included: the document is made when somebody first asks. */
export function descriptionRoutes({ root, render, needsToken }: DescribeOptions): readonly Route[] {
  let made: ApiDocument | undefined

  function documentFor({ ctx }: Pick<Request<string, unknown, unknown>, 'ctx'>): ApiDocument {
    made ??= describeApi([...healthRoutes, ...authorityRoutes, ...routes], guardedRoutes, {
      server: root,
      version,
      needsToken,
    })
    return { ...made, servers: [{ url: originOf(ctx.req, () => ctx.origin) + root }] }
  }

  const routes: readonly Route[] = [
    defineRoute({
      method: 'get',
      path: '/openapi.json',
      summary: 'Describe the admin API as OpenAPI 3.1',
      description: 'For generators of clients and for tools that read it. Answered to anyone; it holds no secret.',
      good: { status: 200, description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
      handle: documentFor,
    }),
    defineRoute({
      method: 'get',
      path: '/docs',
      summary: 'Describe the admin API to people',
      description: 'A page made from the document. Answered to anyone; it holds no secret.',
      good: { status: 200, description: 'The page.', type: 'text/html' },
      async handle({ ctx }) {
        const page = await render('reference', referencePage(documentFor({ ctx })))
        ctx.type = 'html'
        ctx.body = page
      },
    }),
  ]
  return routes
}
