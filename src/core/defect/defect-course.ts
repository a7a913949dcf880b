import type { DefectStatus } from '../event.ts'
import { type FixClaim, FixClaims, type Sayer } from './fix.ts'

/** What somebody said about the state of a defect, at one instant. Statements are kept; none replaces another. */
export interface StatusStatement {
  readonly at: number
  readonly status?: DefectStatus | undefined
  /** Versions and promises that fix it; an empty list takes back what the same sayer said. */
  readonly fixedIn?: readonly string[] | undefined
  /** Said of a sighting, at its very instant: news that it was seen, not that anybody judged it. */
  readonly sighted?: boolean | undefined
  readonly by: Sayer
}

/**
 * Senders count time in seconds, so "opened" and "closed" can carry the same one: what is further along is the news.
 */
const STATUS_ORDER: readonly DefectStatus[] = [
  'open',
  'triaged',
  'in-progress',
  'regressed',
  'wont-fix',
  'fixed',
  'verified',
]

const OPEN: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'regressed']
export const isOpen = (status: DefectStatus): boolean => OPEN.includes(status)
export const isFixed = (status: DefectStatus): boolean => status === 'fixed' || status === 'verified'

/**
 * Statements in the order in which they hold: by time, a person's after the senders' of the same instant and people's
 * among each other as they were made.
 */
export function inOrder(statements: readonly StatusStatement[]): StatusStatement[] {
  return statements
    .map((statement, i) => ({ statement, i, text: JSON.stringify(statement) }))
    .sort((a, b) => {
      const [x, y] = [a.statement, b.statement]
      const byPerson = Number(x.by.kind === 'person') - Number(y.by.kind === 'person')
      if (x.at !== y.at || byPerson !== 0) return x.at - y.at || byPerson
      if (x.by.kind === 'person') return a.i - b.i
      return rank(x) - rank(y) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)
    })
    .map(({ statement }) => statement)
}

const rank = ({ status, sighted }: StatusStatement): number =>
  status === undefined ? -1 : STATUS_ORDER.indexOf(status) * 2 + (sighted ? 0 : 1)

/** A status and since when it holds. */
export interface Standing {
  readonly status: DefectStatus
  readonly at: number
}

/** Where a generation of a defect begins: with its first sighting, or when it was seen again after a fix. */
export interface CourseStart extends Standing {
  /** Only what was said after this counts; what was said before belongs to earlier generations. */
  readonly after: number
}

/** A time during which a defect counted as fixed, the same releases being said to fix it: (from, to]. */
export interface FixedPeriod {
  /** Since when it counted as fixed, whatever was said of releases meanwhile. */
  readonly fixedSince: number
  readonly from: number
  /** Infinity: it still does. */
  readonly to: number
  readonly fixes: readonly FixClaim[]
}

export interface Course {
  readonly standing: Standing
  /** What is said to fix it, whatever its status. */
  readonly fixes: readonly FixClaim[]
  readonly periods: readonly FixedPeriod[]
}

/**
 * What the statements make of a defect, sightings left aside.
 *
 * A sighting that calls itself open moves nothing that somebody has taken up; it opens a fixed defect again only when
 * nobody said which release fixes it, since then there is nothing to compare the sighting with.
 *
 * @param statements as `inOrder` gives them; O(n)
 */
export function courseOf(statements: readonly StatusStatement[], start: CourseStart): Course {
  let standing: Standing = { status: start.status, at: start.at }
  let claims = new FixClaims()
  const periods: FixedPeriod[] = []
  let begun: Omit<FixedPeriod, 'to'> | undefined
  for (const statement of statements) {
    if (statement.at <= start.after) continue
    const claimsBefore = claims
    if (statement.fixedIn) claims = claims.after(statement.by, statement.fixedIn, statement.at)
    const status = statusAfter(standing.status, statement, claims.inForce.length > 0)
    if (status !== standing.status) standing = { status, at: statement.at }
    const goesOn = begun !== undefined && isFixed(status) && claims === claimsBefore
    if (goesOn) continue
    if (begun) periods.push({ ...begun, to: statement.at })
    const fixedSince = begun?.fixedSince ?? statement.at
    begun = isFixed(status) ? { fixedSince, from: statement.at, fixes: claims.inForce } : undefined
  }
  if (begun) periods.push({ ...begun, to: Number.POSITIVE_INFINITY })
  return { standing, fixes: claims.inForce, periods: periods.filter(({ from, to }) => from < to) }
}

function statusAfter(held: DefectStatus, said: StatusStatement, hasFixes: boolean): DefectStatus {
  if (said.status === undefined) return held
  if (said.sighted) return isFixed(held) && !hasFixes ? 'open' : held
  // Whether it regressed we see ourselves; who says so says that it is open again.
  const status = said.status === 'regressed' ? 'open' : said.status
  // A tracker that opens the ticket again says less than what we saw.
  if (held === 'regressed' && status === 'open' && said.by.kind === 'report') return held
  return status
}
