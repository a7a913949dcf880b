import type { Child } from 'hono/jsx'
import { CsrfField } from './components/form-parts.tsx'
import { Icon, type IconName, Mark } from './components/icon.tsx'
import { clockSeconds, formatCount } from './format.ts'

export type NavItem = 'overview' | 'releases' | 'defects' | 'emergency' | 'trends' | 'deliveries' | 'setup'
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
  readonly name: string
  readonly email: string
  readonly csrfToken: string
}

export interface AssetUrls {
  readonly css: string
  readonly js: string
  readonly font: string | undefined
  readonly icon: string | undefined
}

interface DocumentProps {
  readonly title: string
  readonly theme: Theme
  readonly assets: AssetUrls
  readonly children?: Child
}

function Document({ title, theme, assets, children }: DocumentProps) {
  return (
    <html lang="en" {...(theme === 'system' ? {} : { 'data-theme': theme })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>{title} · Postflight</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="same-origin" />
        {assets.font ? <link rel="preload" href={assets.font} as="font" type="font/woff2" crossorigin="" /> : null}
        {assets.icon ? <link rel="icon" href={assets.icon} type="image/svg+xml" /> : null}
        <link rel="stylesheet" href={assets.css} />
        <script type="module" src={assets.js} />
      </head>
      {/* A later click replaces an earlier one that is still on its way. */}
      <body hx-boost:inherited="true" hx-sync:inherited="body:replace">
        {children}
      </body>
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
}

const PAGES: readonly NavPage[] = [
  { item: 'overview', href: '/', icon: 'home', text: 'Overview', short: 'Now' },
  { item: 'releases', href: '/releases', icon: 'release', text: 'Releases' },
  { item: 'defects', href: '/defects', icon: 'defect', text: 'Defects' },
  { item: 'emergency', href: '/emergency', icon: 'emergency', text: 'Emergency' },
  { item: 'trends', href: '/trends', icon: 'chart', text: 'Trends' },
  { item: 'deliveries', href: '/deliveries', icon: 'inbox', text: 'Deliveries' },
  { item: 'setup', href: '/setup', icon: 'terminal', text: 'Set up' },
]

/** From here on they are about what comes in. */
const DATA_IN = 5

const short = (n: number): string => (n > COUNT_CAP ? `${formatCount(COUNT_CAP)}+` : formatCount(n))

function countOf(item: NavItem, counts: NavCounts): { text: string; hot: boolean; said: string } | undefined {
  if (item === 'defects' && counts.openDefects > 0) return { text: short(counts.openDefects), hot: false, said: 'open' }
  if (item === 'emergency' && counts.openEmergencies > 0)
    return { text: short(counts.openEmergencies), hot: true, said: 'open' }
  if (item === 'deliveries' && counts.failedDeliveries > 0)
    return { text: `${short(counts.failedDeliveries)} failed`, hot: true, said: '' }
  return undefined
}

interface NavProps {
  readonly active: NavItem | undefined
  readonly counts: NavCounts
}

/** What stands in the sidebar's nav; also sent along with refreshed parts so that the counts stay true. */
export function NavLinks({ active, counts }: NavProps) {
  const link = ({ item, href, icon, text }: (typeof PAGES)[number]) => {
    const count = countOf(item, counts)
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
      {PAGES.slice(0, DATA_IN).map(link)}
      <h2>Data in</h2>
      {PAGES.slice(DATA_IN).map(link)}
    </>
  )
}

const tabCount = (item: NavItem, counts: NavCounts): number =>
  item === 'defects'
    ? counts.openDefects
    : item === 'emergency'
      ? counts.openEmergencies
      : item === 'deliveries'
        ? counts.failedDeliveries
        : 0

export function TabBarLinks({ active, counts }: NavProps) {
  return (
    <>
      {PAGES.map(({ item, href, icon, text, short: shortText }) => {
        const count = tabCount(item, counts)
        return (
          <a href={href} {...(item === active ? { 'aria-current': 'page' } : {})}>
            <Icon name={icon} />
            {shortText ?? text}
            {count > 0 ? (
              <span class={item === 'defects' ? 'bdg' : 'bdg hot'}>
                {count > 99 ? '99+' : count}
                <span class="vh">{item === 'deliveries' ? ' failed' : ' open'}</span>
              </span>
            ) : null}
          </a>
        )
      })}
    </>
  )
}

export interface LayoutProps {
  readonly title: string
  readonly active: NavItem | undefined
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
  const { title, active, crumbs, user, theme, counts, demo, version, now, assets, url, live, listens, children } = props
  return (
    <Document title={title} theme={theme} assets={assets}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <div class="bar" aria-hidden="true" />
      <div class="app">
        <aside class="side" aria-label="Sidebar">
          <a class="brand" href="/" aria-label="Postflight, overview">
            <Mark />
            <span class="lbl">Postflight</span>
          </a>
          <nav class="nav" id="nav" aria-label="Main">
            <NavLinks active={active} counts={counts} />
          </nav>
          <div class="foot">Postflight {version}</div>
        </aside>
        <div class="body">
          <header class="top">
            <Breadcrumbs crumbs={crumbs} title={title} />
            <span class="grow" />
            <span class="clock">
              <time data-clock datetime={new Date(now).toISOString()}>
                {clockSeconds(now)}
              </time>{' '}
              UTC
            </span>
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
          <p class="old" id="old" hidden role="status" />
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
        <TabBarLinks active={active} counts={counts} />
      </nav>
      <div class="vh" aria-live="polite" id="say" />
      <div class="vh" aria-live="assertive" id="say-now" />
      <Shortcuts />
    </Document>
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
    <details class="menu">
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
          Account and tokens
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
