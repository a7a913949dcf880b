import type { Finding } from './wapiti.ts'

/** A kind of finding that was looked at and is none; docs/security.md says so too. */
export interface Explained {
  readonly kind: string
  /** Of which findings; matched against `METHOD path parameter: info`. */
  readonly where: RegExp
  readonly because: string
}

export const EXPLAINED: readonly Explained[] = [
  {
    kind: 'HTTP Secure Headers',
    where: /X-XSS-Protection is not set/,
    because:
      'browsers have taken out the filter that it ruled; where it was it could be abused. The policy of content does it',
  },
  {
    kind: 'HTTP Secure Headers',
    where: /Strict-Transport-Security is not set/,
    because: 'it was asked over plain http on loopback, where browsers pass it over; over https it is sent',
  },
  {
    kind: 'Secure Flag cookie',
    where: /: Secure flag is not set in the cookie : (?:sid|theme|scope_\w+)$/,
    because:
      'over plain http on loopback such a cookie would not come back; over https it is set, and sid is __Host-sid',
  },
  {
    kind: 'Cross Site Request Forgery',
    where: /^POST \/(?:logout|account\/(?:password|sessions|security)|admin\/users\/\d)/,
    because: 'the scan keeps these back, so that the same came back with and without the token',
  },
]

export interface Judged {
  readonly explained: readonly { readonly by: Explained; readonly findings: readonly Finding[] }[]
  readonly unexplained: readonly Finding[]
}

export function judge(findings: readonly Finding[], known: readonly Explained[] = EXPLAINED): Judged {
  const byEach = new Map(known.map((one) => [one, [] as Finding[]]))
  const unexplained: Finding[] = []
  for (const finding of findings) {
    const by = known.find(({ kind, where }) => kind === finding.kind && where.test(placeOf(finding)))
    if (by) byEach.get(by)?.push(finding)
    else unexplained.push(finding)
  }
  const explained = [...byEach].filter(([, all]) => all.length > 0).map(([by, all]) => ({ by, findings: all }))
  return { explained, unexplained }
}

export const placeOf = ({ method, path, parameter, info }: Finding): string => `${method} ${path} ${parameter}: ${info}`
