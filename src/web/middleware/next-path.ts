/** A path of ours; `//host` and `/\host` are other hosts to a browser. */
const OWN_PATH = /^\/(?![/\\])/

/**
 * Where to go after signing in: `next` when it is a path on this server, else the overview. Never another origin.
 * Browsers drop tabs and line ends and resolve dots before they follow, so it is judged in the form they arrive at.
 */
export function ownPath(next: string | undefined): string {
  if (next === undefined || !OWN_PATH.test(next)) return '/'
  const base = 'http://own.invalid'
  if (!URL.canParse(next, base)) return '/'
  const url = new URL(next, base)
  const path = url.pathname + url.search
  return url.origin === base && OWN_PATH.test(path) ? path : '/'
}

/** The sign-in page that leads back to `path`. */
export function loginPath(path: string | undefined): string {
  const next = ownPath(path)
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`
}

/** The same for who is signed in and must show it once more. */
export const loginAgainPath = (path: string | undefined): string =>
  `/login?again=1&next=${encodeURIComponent(ownPath(path))}`
