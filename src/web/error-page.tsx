import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ErrorMessage, ErrorNote, errorTitle } from '../../views/errors/error-page.tsx'
import { PlainLayout } from '../../views/layout.tsx'
import { version } from '../version.ts'
import { assetUrls, themeOf } from './render.tsx'
import type { Ctx } from './routes.ts'
import { wantsPart } from './wants-part.ts'

/**
 * Answers a browser with a page, or a part of one, that says what went wrong. In the plain frame: the full one asks the
 * store, which may be what failed.
 */
export function errorPage(c: Ctx, status: ContentfulStatusCode, detail: string): Response | Promise<Response> {
  const props = { status, detail, requestId: c.get('requestId') }
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'HX-Request-Type')
  if (wantsPart(c)) return c.html(<ErrorNote {...props} />, status)
  const page = (
    <PlainLayout title={errorTitle(status)} theme={themeOf(c)} assets={assetUrls()} version={version} demo={false}>
      <ErrorMessage {...props} version={version} />
    </PlainLayout>
  )
  return c.html(html`<!doctype html>${page}`, status)
}
