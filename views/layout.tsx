import type { Child } from 'hono/jsx'
import { CsrfField } from './components/form-parts.tsx'
import { Icon, type IconName, Mark } from './components/icon.tsx'
import { JumpLink, Palette } from './components/palette.tsx'
import { useZone } from './components/zone.tsx'
import { clockSeconds, clockTime, formatCount, formatLongDay } from './format.ts'

export type NavItem =
  | 'overview'
  | 'live'
  | 'releases'
  | 'calendar'
  | 'defects'
  | 'emergency'
  | 'trends'
  | 'reports'
  | 'rules'
  | 'deliveries'
  | 'setup'
  | 'admin'
export type Topic = 'deployments' | 'defects' | 'deliveries' | 'emergencies'
export type Theme = 'system' | 'light' | 'dark'

export interface Crumb {
  readonly text: string
  readonly href?: string
}

/** Only what somebody must act on. Counted up to COUNT_CAP; one more means "or more". */
export interface NavCounts {
  readonly openDefects: number
  readonly openEmergencies: number
  readonly failedDeliveries: number
}
export const COUNT_CAP = 9_999

export interface SignedIn {
  readonly userId: number
  readonly name: string
  readonly email: string
  readonly csrfToken: string
  readonly isAdmin: boolean
}

export interface AssetUrls {
  readonly css: string
  readonly js: string
  readonly font: string | undefined
  readonly icon: string | undefined
}

/** Of the window: `(1) Defects · Postflight` while an emergency release is open. */
export const windowTitle = (title: string, openEmergencies: number): string =>
  `${openEmergencies > 0 ? `(${openEmergencies}) ` : ''}${title} · Postflight`

interface DocumentProps {
  readonly title: string
  readonly openEmergencies?: number
  readonly theme: Theme
  readonly assets: AssetUrls
  /** Without scripts, and not for search engines. */
  readonly isBare?: boolean
  readonly children?: Child
}

function Document({ title, openEmergencies = 0, theme, assets, isBare = false, children }: DocumentProps) {
  return (
    <html lang="en" {...(theme === 'system' ? {} : { 'data-theme': theme })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>{windowTitle(title, openEmergencies)}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="same-origin" />
        {assets.font ? <link rel="preload" href={assets.font} as="font" type="font/woff2" crossorigin="" /> : null}
        {assets.icon ? <link rel="icon" href={assets.icon} type="image/svg+xml" /> : null}
        <link rel="stylesheet" href={assets.css} />
        {isBare ? <meta name="robots" content="noindex, nofollow" /> : <script type="module" src={assets.js} />}
      </head>
      {isBare ? (
        <body>{children}</body>
      ) : (
        // A later click replaces an earlier one that is still on its way.
        <body hx-boost:inherited="true" hx-sync:inherited="body:replace">
          {children}
        </body>
      )}
    </html>
  )
}

interface NavPage {
  readonly item: NavItem
  readonly href: string
  readonly icon: IconName
  readonly text: string
  /** Where there is little room. */
  readonly short?: string
  /** Has a place of its own on phones; the others stand under More. */
  readonly tab?: true
  /** About what comes in. */
  readonly dataIn?: true
  /** Shown to nobody else. */
  readonly admins?: true
}

const PAGES: readonly NavPage[] = [
  { item: 'overview', href: '/', icon: 'home', text: 'Overview', short: 'Now', tab: true },
  { item: 'live', href: '/live', icon: 'board', text: 'Live board', short: 'Live' },
  { item: 'releases', href: '/releases', icon: 'release', text: 'Releases', tab: true },
  { item: 'calendar', href: '/calendar', icon: 'calendar', text: 'Calendar' },
  { item: 'defects', href: '/defects', icon: 'defect', text: 'Defects', tab: true },
  { item: 'emergency', href: '/emergency', icon: 'emergency', text: 'Emergency', tab: true },
  { item: 'trends', href: '/trends', icon: 'chart', text: 'Trends' },
  { item: 'reports', href: '/reports', icon: 'report', text: 'Reports' },
  { item: 'rules', href: '/rules', icon: 'rule', text: 'Rules' },
  { item: 'deliveries', href: '/deliveries', icon: 'inbox', text: 'Deliveries', dataIn: true },
  { item: 'setup', href: '/setup', icon: 'terminal', text: 'Set up', dataIn: true },
  { item: 'admin', href: '/admin', icon: 'key', text: 'Admin', dataIn: true, admins: true },
]

const short = (n: number): string => (n > COUNT_CAP ? `${formatCount(COUNT_CAP)}+` : formatCount(n))

/** Beside a link that leads to some of them. */
const openWord = (href: string): string => (href.includes('?') ? 'open in all' : 'open')

function countOf(
  item: NavItem,
  counts: NavCounts,
  href: string,
): { text: string; hot: boolean; said: string } | undefined {
  if (item === 'defects' && counts.openDefects > 0)
    return { text: short(counts.openDefects), hot: false, said: openWord(href) }
  if (item === 'emergency' && counts.openEmergencies > 0)
    return { text: short(counts.openEmergencies), hot: true, said: 'open' }
  if (item === 'deliveries' && counts.failedDeliveries > 0)
    return { text: `${short(counts.failedDeliveries)} failed`, hot: true, said: '' }
  return undefined
}

export interface NavProps {
  readonly active: NavItem | undefined
  /** Where the link to a page leads: what is looked at is carried along. */
  readonly hrefOf: (path: string) => string
  readonly counts: NavCounts
  readonly isAdmin: boolean
}

/** What stands in the sidebar's nav; also sent along with refreshed parts so that the counts stay true. */
export function NavLinks({ active, hrefOf, counts, isAdmin }: NavProps) {
  const link = ({ item, href: path, icon, text }: (typeof PAGES)[number]) => {
    const href = hrefOf(path)
    const count = countOf(item, counts, href)
    return (
      <a href={href} title={text} {...(item === active ? { 'aria-current': 'page' } : {})}>
        <Icon name={icon} />
        <span class="lbl">{text}</span>
        {count ? (
          <span class={count.hot ? 'ct hot' : 'ct'}>
            {count.text}
            {count.said ? <span class="vh"> {count.said}</span> : null}
          </span>
        ) : null}
      </a>
    )
  }
  return (
    <>
      {PAGES.filter(({ dataIn }) => !dataIn).map(link)}
      <h2>Data in</h2>
      {PAGES.filter(({ dataIn, admins }) => dataIn && (isAdmin || !admins)).map(link)}
    </>
  )
}

export function TabBarLinks({ active, hrefOf, counts }: Omit<NavProps, 'isAdmin'>) {
  const isUnderMore = PAGES.some(({ item, tab }) => item === active && !tab)
  return (
    <>
      {PAGES.filter(({ tab }) => tab).map(({ item, href, icon, text, short: shortText }) => (
        <a href={hrefOf(href)} {...(item === active ? { 'aria-current': 'page' } : {})}>
          <Icon name={icon} />
          {shortText ?? text}
          {item === 'defects' ? <TabCount n={counts.openDefects} said={openWord(hrefOf(href))} /> : null}
          {item === 'emergency' ? <TabCount n={counts.openEmergencies} said="open" hot /> : null}
        </a>
      ))}
      <button type="button" popovertarget="more-pages" class={isUnderMore ? 'on' : ''}>
        <Icon name="more" />
        More
        <TabCount n={counts.failedDeliveries} said="failed deliveries" hot />
      </button>
    </>
  )
}

/** There is room for two digits; the whole number is in its name and its title. */
function TabCount({ n, said, hot }: { n: number; said: string; hot?: boolean }) {
  if (n === 0) return null
  return (
    <span class={hot ? 'bdg hot' : 'bdg'} title={`${short(n)} ${said}`}>
      {n > 99 ? <span aria-hidden="true">99+</span> : n}
      <span class="vh">
        {n > 99 ? short(n) : ''} {said}
      </span>
    </span>
  )
}

/** Opened by the last place of the tab bar; a popover of the browser's own, so that it needs no script. */
function MorePages({ active, hrefOf, isAdmin }: Omit<NavProps, 'counts'>) {
  return (
    <nav popover="auto" id="more-pages" class="more-pages" aria-label="More pages">
      {PAGES.filter(({ tab, admins }) => !tab && (isAdmin || !admins)).map(({ item, href, icon, text }) => (
        <a href={hrefOf(href)} {...(item === active ? { 'aria-current': 'page' } : {})}>
          <Icon name={icon} />
          {text}
        </a>
      ))}
    </nav>
  )
}

export interface LayoutProps {
  readonly title: string
  readonly nav: Pick<NavProps, 'active' | 'hrefOf'>
  readonly crumbs: readonly Crumb[]
  readonly user: SignedIn
  readonly theme: Theme
  readonly counts: NavCounts
  readonly demo: boolean
  readonly version: string
  /** Epoch milliseconds, for the clock that names the time zone of the page. */
  readonly now: number
  readonly assets: AssetUrls
  /** Path and query of this page: what a refresh fetches. */
  readonly url: string
  /** What news makes this page out of date; empty for pages that stand still, such as forms. */
  readonly live: readonly Topic[]
  /** Whether the page hears of news at all. */
  readonly listens: boolean
  readonly children?: Child
}

export function Layout(props: LayoutProps) {
  const { title, nav, crumbs, user, theme, counts, demo, version, now, assets, url, live, listens, children } = props
  return (
    <Document title={title} openEmergencies={counts.openEmergencies} theme={theme} assets={assets}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="bar" aria-hidden="true" />
      <div class="app">
        <aside class="side" aria-label="Sidebar">
          <a class="brand" href={nav.hrefOf('/')} aria-label="Postflight, overview">
            <Mark />
            <span class="lbl">Postflight</span>
          </a>
          <nav class="nav" id="nav" aria-label="Main">
            <NavLinks {...nav} counts={counts} isAdmin={user.isAdmin} />
          </nav>
          <div class="foot">Postflight {version}</div>
        </aside>
        <div class="body">
          <header class="top">
            <Breadcrumbs crumbs={crumbs} title={title} />
            <span class="grow" />
            <JumpLink />
            <Clock now={now} />
            {listens ? (
              <button type="button" class="live needs-js" id="live" data-state="live" aria-pressed="false">
                <i aria-hidden="true" />
                <span data-live-word>Live</span>
                <span class="vh"> updates. Press to pause.</span>
              </button>
            ) : null}
            <UserMenu user={user} theme={theme} url={url} />
          </header>
          {demo ? (
            <p class="demo">
              <b>Simulated data.</b> This server shows an invented history; nothing here happened.
            </p>
          ) : null}
          <PrintedLine url={url} now={now} />
          <p class="old" id="old" hidden />
          <p class="old" id="still" role="status" />
          <div class="stale" aria-live="polite">
            <a class="btn sm" id="stale" href={url} hidden>
              <Icon name="redo" small />
              <span>New data. Show</span>
            </a>
          </div>
          {live.length > 0 ? (
            <main
              id="main"
              class="page"
              tabindex={-1}
              data-live={live.join(' ')}
              hx-get={url}
              hx-trigger="refresh"
              hx-target="this"
              hx-swap="innerMorph"
              hx-sync="this:drop"
              {...{ 'hx-status:5xx': 'swap:none' }}
            >
              {children}
            </main>
          ) : (
            <main id="main" class="page" tabindex={-1}>
              {children}
            </main>
          )}
        </div>
      </div>
      <nav class="tabbar" id="tabbar" aria-label="Main, phone">
        <TabBarLinks {...nav} counts={counts} />
      </nav>
      <MorePages {...nav} isAdmin={user.isAdmin} />
      <div class="vh" aria-live="polite" id="say" />
      <div class="vh" aria-live="assertive" id="say-now" />
      <Palette />
      <Shortcuts />
    </Document>
  )
}

/** On paper: what this is, and as of when. */
function PrintedLine({ url, now }: { url: string; now: number }) {
  const zone = useZone()
  return (
    <p class="printed" aria-hidden="true">
      Postflight, {url}, as of {formatLongDay(now, zone)} {clockTime(now, zone)} ({zone.replaceAll('_', ' ')})
    </p>
  )
}

/** Says once in which time zone the page shows times, and how to change that. */
function Clock({ now }: { now: number }) {
  const zone = useZone()
  return (
    <span class="clock">
      <time data-clock data-zone={zone} datetime={new Date(now).toISOString()}>
        {clockSeconds(now, zone)}
      </time>{' '}
      <a href="/account#time-zone" title="Times on this page are in this time zone. Change it">
        {zone.replaceAll('_', ' ')}
      </a>
    </span>
  )
}

function Breadcrumbs({ crumbs, title }: { crumbs: readonly Crumb[]; title: string }) {
  const trail: readonly Crumb[] = crumbs.length > 0 ? crumbs : [{ text: title }]
  return (
    <nav class="crumb" aria-label="Breadcrumb">
      {trail.map((crumb, i) => (
        <>
          {i > 0 ? <span aria-hidden="true">/</span> : null}
          {crumb.href ? <a href={crumb.href}>{crumb.text}</a> : <span aria-current="page">{crumb.text}</span>}
        </>
      ))}
    </nav>
  )
}

const THEMES: readonly { theme: Theme; text: string }[] = [
  { theme: 'system', text: 'System' },
  { theme: 'light', text: 'Light' },
  { theme: 'dark', text: 'Dark' },
]

function UserMenu({ user, theme, url }: { user: SignedIn; theme: Theme; url: string }) {
  return (
    <details class="menu" id="person" data-person={String(user.userId)} data-email={user.email}>
      <summary aria-label={`Account of ${user.name}`} title={user.name}>
        <span class="ava" aria-hidden="true">
          {initials(user.name)}
        </span>
      </summary>
      <div class="pop">
        <div class="who">
          <b>{user.name}</b>
          <span class="t3 fs13">{user.email}</span>
        </div>
        <div class="lbl2" id="theme-label">
          Appearance
        </div>
        {/* Not boosted: the theme stands on <html>, which a swap of the body leaves alone. */}
        <form method="post" action="/preferences/theme" hx-boost="false">
          <CsrfField token={user.csrfToken} />
          <input type="hidden" name="next" value={url} />
          <fieldset class="fs seg" aria-labelledby="theme-label">
            {THEMES.map((choice) => (
              <button
                type="submit"
                name="theme"
                value={choice.theme}
                aria-pressed={choice.theme === theme ? 'true' : 'false'}
              >
                {choice.text}
              </button>
            ))}
          </fieldset>
        </form>
        <div class="sep" />
        <a href="/account">
          <Icon name="person" />
          Account and sessions
        </a>
        <button type="button" class="item needs-js" data-shortcuts>
          <Icon name="info" />
          Keyboard shortcuts
        </button>
        <form method="post" action="/logout" hx-boost="false">
          <CsrfField token={user.csrfToken} />
          <button type="submit" class="item">
            <Icon name="sign-out" />
            Sign out
          </button>
        </form>
      </div>
    </details>
  )
}

const initials = (name: string): string => {
  const words = name.trim().split(/\s+/)
  const first = [...(words[0] ?? '')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

function Shortcuts() {
  return (
    <dialog class="keys" id="shortcuts" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl>
        <dt>
          <kbd>j</kbd> <kbd>k</kbd>
        </dt>
        <dd>Next and previous row</dd>
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>Open the row</dd>
        <dt>
          <kbd>x</kbd>
        </dt>
        <dd>Select the row</dd>
        <dt>
          <kbd>/</kbd> <kbd>Ctrl K</kbd>
        </dt>
        <dd>Search or jump to</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>This list</dd>
      </dl>
      <label class="check">
        <input type="checkbox" id="single-keys" checked />
        Single-key shortcuts are on
      </label>
      <form method="dialog">
        <button type="submit" class="btn">
          Close
        </button>
      </form>
    </dialog>
  )
}

interface PlainProps {
  readonly title: string
  readonly theme: Theme
  readonly assets: AssetUrls
  readonly version: string
  readonly demo: boolean
  readonly children?: Child
}

/** For pages before anyone is signed in: one panel in the middle. */
export function PlainLayout({ title, theme, assets, version, demo, children }: PlainProps) {
  return (
    <Document title={title} theme={theme} assets={assets}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="bar" aria-hidden="true" />
      <div class="plain">
        <header>
          <span class="plain-brand">
            <Mark />
            Postflight
          </span>
        </header>
        <main id="main" tabindex={-1}>
          {demo ? (
            <p class="note watch mb16">
              <Icon name="warning" />
              <span>Simulated data: nothing shown here happened.</span>
            </p>
          ) : null}
          {children}
        </main>
        <footer>Postflight {version}</footer>
      </div>
    </Document>
  )
}

/** For readers who are not let in further: a sheet without navigation, scripts and links. */
export function SheetLayout({ title, theme, assets, version, demo, children }: PlainProps) {
  return (
    <Document title={title} theme={theme} assets={assets} isBare>
      <div class="sheet">
        <header class="plain-brand">
          <Mark />
          Postflight
        </header>
        <main id="main" class="page" tabindex={-1}>
          {demo ? (
            <p class="note watch mb16">
              <Icon name="warning" />
              <span>Simulated data: nothing shown here happened.</span>
            </p>
          ) : null}
          {children}
        </main>
        <footer class="t3 fs12">Postflight {version}</footer>
      </div>
    </Document>
  )
}
