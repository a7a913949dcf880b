import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { instantText, withQuery } from '../../../views/paths.ts'
import type { Stretch } from '../../core/time/calendar.ts'
import type { Ctx } from '../routes.ts'
import { wantsPart } from '../wants-part.ts'
import { LONGEST_PAST } from './absolute-range.ts'
import { LONGEST_OVERVIEW, RANGES } from './overview-scope.ts'
import { RELEASE_RANGES } from './release-search.ts'
import { TREND_RANGES } from './trends-scope.ts'

/**
 * The part of the world that somebody looks at: one for all pages, kept in a cookie of theirs. Pages say it in their
 * address; the links between them carry it, and an address that says nothing leads to the one that says it.
 */
export interface Scope {
  /** As addresses name them. */
  readonly service?: string | undefined
  readonly env?: string | undefined
  readonly range?: string | undefined
  readonly compare?: string | undefined
}

/** What of it a page shows. */
export interface ShownScope extends Scope {
  readonly path: ScopedPath
  /** What the page shows when its address does not say: it is nobody's choice. Absent: all there is. */
  readonly usual?: Scope
  /** A stretch named by its ends. It is looked at once: links carry it, and it does not come back. */
  readonly span?: Stretch | undefined
  /** What was not understood; then nothing comes back. */
  readonly remarks: readonly string[]
}

/** What is carried from one page to others. */
interface Carried extends Scope {
  readonly span?: Stretch | undefined
  /** Whether the address says what is shown, even if all of it is shown anyway. */
  readonly isSaid?: boolean
}

interface Understood {
  readonly service?: 'some' | 'one'
  readonly ranges?: readonly string[]
  /** Of a stretch named by its ends, in ms. */
  readonly longest?: number
  readonly compare?: true
}

const OF_TRENDS: Understood = {
  service: 'some',
  ranges: TREND_RANGES.map(({ key }) => key),
  longest: LONGEST_PAST.ms,
}
/** What an address can say on each page, beside the environment. */
const PAGES = {
  '/': { service: 'some', ranges: RANGES.map(({ key }) => key), longest: LONGEST_OVERVIEW.ms, compare: true },
  '/live': {},
  '/releases': { service: 'some', ranges: RELEASE_RANGES, longest: Number.POSITIVE_INFINITY },
  '/deployments': { service: 'some' },
  '/calendar': { service: 'one' },
  '/defects': { service: 'some' },
  '/trends': OF_TRENDS,
  '/trends/delivery': OF_TRENDS,
  '/trends/quality': OF_TRENDS,
} satisfies Readonly<Record<string, Understood>>
export type ScopedPath = keyof typeof PAGES

const COOKIE = 'scope'
const A_YEAR_S = 365 * 24 * 3600
const LONGEST = 1_000
const PARTS = ['service', 'env', 'range', 'compare'] as const

/**
 * Sends the browser to where it was, when the address says nothing and there is anything to say on this page. A part that
 * refreshes itself stays what it is: it would be narrowed under the eyes of somebody who chose services in another tab.
 */
export function backToScope(c: Ctx, path: ScopedPath): Response | undefined {
  if (new URL(c.req.url).search !== '' || wantsPart(c)) return undefined
  const scoped = scopedPath(path, keptScope(c))
  return scoped === path ? undefined : c.redirect(scoped, 302)
}

/**
 * What the links to other pages carry from one that shows `shown`: undefined where it shows nothing of a scope, and then
 * it is that of the person. What a page shows because its address says so comes back when an address says nothing.
 */
export function carriedScope(c: Ctx, shown: ShownScope | undefined, now: number): Carried {
  const kept = keptScope(c)
  if (!shown) return kept
  const scope = Object.fromEntries(PARTS.map((part) => [part, chosenOf(part, shown, kept)])) as Scope
  const { span, remarks } = shown
  // A part that refreshes itself may be of a page that nobody looks at any more.
  const isSaid = new URL(c.req.url).search !== '' && remarks.length === 0
  if (isSaid && !span && !wantsPart(c)) keepScope(c, scope)
  return { ...scope, span: span && span.from < now ? span : undefined, isSaid }
}

/** Of a new session: whoever begins anew sees everything there is, in the environment and the range of before. */
export function forgetServices(c: Ctx): void {
  const [, userId, query] = cookieOf(c)
  if (query !== undefined) writeScope(c, userId ?? '', { ...readScopeText(query), service: undefined })
}

/** The address of a page in a scope, of which it says what the page understands. Other pages have none. */
export function scopedPath(path: string, { service, env, range, compare, span, isSaid = false }: Carried): string {
  if (!isScoped(path)) return path
  const understood: Understood = PAGES[path]
  const says = (part: keyof Scope, value: string | undefined) => (canSay(understood, part, value) ? value : undefined)
  const ends =
    span && span.to - span.from <= (understood.longest ?? 0)
      ? { from: instantText(span.from), to: instantText(span.to) }
      : undefined
  const scoped = withQuery(path, {
    ...{ service: says('service', service), env },
    ...(ends ?? { range: says('range', range) }),
    compare: says('compare', compare),
  })
  // An address that says nothing would lead to what another tab looks at by then.
  return isSaid && scoped === path ? `${path}?service=` : scoped
}

/** No page is called as what every object has. */
const isScoped = (path: string): path is ScopedPath => Object.hasOwn(PAGES, path)

function canSay(understood: Understood, part: keyof Scope, value: string | undefined): boolean {
  switch (part) {
    case 'service':
      // A comma may be part of a name; then too nothing is sent that the page takes for another.
      return understood.service === 'some' || (understood.service === 'one' && value?.includes(',') !== true)
    case 'env':
      return true
    case 'range':
      return understood.ranges?.includes(value ?? '') === true
    case 'compare':
      return understood.compare === true
  }
}

/**
 * What a page shows is chosen, unless it is what it shows anyway. What was chosen before stays chosen where the page shows just
 * that, or could not have said it.
 */
function chosenOf(part: keyof Scope, shown: ShownScope, kept: Scope): string | undefined {
  const usual = shown.usual?.[part] || undefined
  const value = shown[part] || usual
  if (value !== usual) return value
  const before = kept[part]
  return before === value || !canSay(PAGES[shown.path], part, before) ? before : undefined
}

const cookieOf = (c: Ctx): readonly (string | undefined)[] =>
  /^(\d+)\?(.+)$/.exec(getCookie(c, COOKIE)?.slice(0, LONGEST + 20) ?? '') ?? []

function keptScope(c: Ctx): Scope {
  const [, userId, query] = cookieOf(c)
  return query === undefined || userId !== idOf(c) ? {} : readScopeText(query)
}

function readScopeText(text: string): Scope {
  const query = new URLSearchParams(text)
  return Object.fromEntries(PARTS.map((part) => [part, query.get(part) || undefined]))
}

function keepScope(c: Ctx, scope: Scope): void {
  writeScope(c, idOf(c), scope)
}

function writeScope(c: Ctx, userId: string, scope: Scope): void {
  const query = withQuery('', { ...scope })
  if (query === '' || query.length > LONGEST) deleteCookie(c, COOKIE, { path: '/' })
  else setCookie(c, COOKIE, userId + query, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
}

function idOf(c: Ctx): string {
  const principal = c.get('principal')
  return principal?.kind === 'user' ? String(principal.userId) : ''
}
