import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ServiceFindContext } from '../../views/components/service-find.ts'
import { ZoneContext } from '../../views/components/zone.tsx'
import {
  type AssetUrls,
  COUNT_CAP,
  type Crumb,
  Layout,
  type NavItem,
  NavLinks,
  PlainLayout,
  SheetLayout,
  TabBarLinks,
  type Theme,
  type Topic,
  windowTitle,
} from '../../views/layout.tsx'
import { readShellFacts, type ShellFacts } from '../store/overview/shell-queries.ts'
import { version } from '../version.ts'
import type { Deps } from './deps.ts'
import { carriedScope, type ShownScope, scopedPath } from './pages/scope.ts'
import type { Ctx } from './routes.ts'
import { staticFiles } from './server/static-files.ts'
import { zoneOf } from './time-zone.ts'
import { wantsPart } from './wants-part.ts'

export interface PageMeta {
  /** Of the window: `<title> · Postflight`. */
  readonly title: string
  readonly active?: NavItem | undefined
  /** The way here; the last one, without href, is this page. Absent: the title. */
  readonly crumbs?: readonly Crumb[]
  /** What news makes this page out of date, so that it refreshes itself. Leave it out for forms. */
  readonly live?: readonly Topic[]
  /** Parts of this page refresh themselves (`hx-trigger="deliveries from:body"`), the rest stands still. */
  readonly listens?: boolean
  readonly status?: ContentfulStatusCode
  /** What of the scope the page shows; the links to other pages carry it. Absent: they carry that of the person. */
  readonly scope?: ShownScope
  /** What the frame says, for a page that has read it for itself. */
  readonly shell?: ShellFacts
}

/**
 * Answers with what stands `inside` in the frame of the application, or bare when the browser wants only the part it refreshes.
 * Without a signed-in person the frame is the plain one of the sign-in pages.
 */
export async function page(
  c: Ctx,
  deps: Pick<Deps, 'store' | 'clock'>,
  meta: PageMeta,
  inside: Child,
): Promise<Response> {
  const content = <ServiceFindContext.Provider value={askedToFind(c)}>{inside}</ServiceFindContext.Provider>
  const status = meta.status ?? 200
  const principal = c.get('principal')
  const shell = meta.shell ?? (await readShellFacts(deps.store.reader, COUNT_CAP))
  c.header('Cache-Control', 'no-store')
  // A history restore and a boosted click want whole pages; HX-Request alone does not tell them apart.
  c.header('Vary', 'HX-Request-Type')
  if (principal?.kind !== 'user')
    return document(
      c,
      <PlainLayout title={meta.title} theme={themeOf(c)} assets={assetUrls()} version={version} demo={shell.demo}>
        {content}
      </PlainLayout>,
      status,
    )

  const isAdmin = principal.role === 'admin'
  const now = deps.clock()
  const scope = carriedScope(c, meta.scope, now)
  const nav = { active: meta.active, hrefOf: (path: string) => scopedPath(path, scope) }
  if (wantsPart(c))
    return c.html(
      <ZoneContext.Provider value={zoneOf(c)}>
        <title>{windowTitle(meta.title, shell.openEmergencies)}</title>
        {content}
        <hx-partial hx-target="#nav" hx-swap="innerMorph">
          <NavLinks {...nav} counts={shell} isAdmin={isAdmin} />
        </hx-partial>
        <hx-partial hx-target="#tabbar" hx-swap="innerMorph">
          <TabBarLinks {...nav} counts={shell} />
        </hx-partial>
      </ZoneContext.Provider>,
      status,
    )
  return document(
    c,
    <ZoneContext.Provider value={zoneOf(c)}>
      <Layout
        title={meta.title}
        nav={nav}
        crumbs={(meta.crumbs ?? []).map(({ href, ...crumb }) => ({
          ...crumb,
          ...(href && { href: nav.hrefOf(href) }),
        }))}
        user={{ ...principal, isAdmin }}
        theme={themeOf(c)}
        counts={shell}
        demo={shell.demo}
        version={version}
        now={now}
        assets={assetUrls()}
        url={pathAndQuery(c)}
        live={withFrame(meta.live ?? [])}
        listens={meta.listens === true || (meta.live ?? []).length > 0}
      >
        {content}
      </Layout>
    </ZoneContext.Provider>,
    status,
  )
}

/** What the menu of services is to find; its own button says that it was pressed. */
const askedToFind = (c: Ctx): string | undefined =>
  c.req.query('finding') ? (c.req.query('find') ?? '').trim().slice(0, 100) : undefined

/** The frame around every page counts the emergency releases that are open; a page that stands still keeps its own. */
const withFrame = (live: readonly Topic[]): readonly Topic[] =>
  live.length === 0 ? [] : [...new Set([...live, 'emergencies' as const])]

/** Answers with a sheet for readers who have nothing but its address: kept by nobody, found by no search engine. */
export async function sheet(
  c: Ctx,
  deps: Pick<Deps, 'store'>,
  { title, status = 200 }: Pick<PageMeta, 'title' | 'status'>,
  content: Child,
): Promise<Response> {
  const { demo } = await readShellFacts(deps.store.reader, COUNT_CAP)
  c.header('Cache-Control', 'no-store')
  c.header('X-Robots-Tag', 'noindex, nofollow')
  return document(
    c,
    <SheetLayout title={title} theme={themeOf(c)} assets={assetUrls()} version={version} demo={demo}>
      {content}
    </SheetLayout>,
    status,
  )
}

const document = (c: Ctx, body: Child, status: ContentfulStatusCode): Response | Promise<Response> =>
  c.html(html`<!doctype html>${body}`, status)

/** For the forms of a page behind a session. */
export function csrfTokenOf(c: Ctx): string {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('only a signed-in person has a CSRF token')
  return principal.csrfToken
}

export function pathAndQuery(c: Ctx): string {
  const url = new URL(c.req.url)
  return url.pathname + url.search
}

export const THEME_COOKIE = 'theme'

export function themeOf(c: Ctx): Theme {
  const value = getCookie(c, THEME_COOKIE)
  return value === 'light' || value === 'dark' ? value : 'system'
}

export function assetUrls(): AssetUrls {
  const files = staticFiles()
  return {
    css: files.url('app.css') ?? '/assets/app.css',
    js: files.url('app.js') ?? '/assets/app.js',
    font: files.url('sans.woff2'),
    icon: files.url('icon.svg'),
  }
}
