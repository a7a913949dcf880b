import type { Decision } from '../../core/defect/defect.ts'
import {
  type Course,
  courseOf,
  type FixedPeriod,
  inOrder,
  isFixed,
  isOpen,
  type StatusStatement,
} from '../../core/defect/defect-course.ts'
import { resolvedAt } from '../../core/defect/defect-times.ts'
import { isFixPromise } from '../../core/defect/fix.ts'
import type { RegressionAnswer } from '../../core/defect/regression.ts'
import { readVersion } from '../../core/release/version.ts'
import type { Db } from '../../store/database.ts'
import type { Generation, Judgement } from '../../store/defects/judgements.ts'
import { type DefectToJudge, type JudgedSighting, SightingJudge } from './judge-sightings.ts'

/**
 * What the statements about a defect and its sightings amount to: its status, what fixes it, and its generations, one
 * more for every sighting of it, while it counted as fixed, in a release that contains the fix.
 *
 * Derived from what is known, however it arrived. Looks only at the first sighting in each version and environment and
 * after each change of what ran, so its cost does not grow with the number of sightings.
 *
 * @param resolved what a person said of when it was resolved
 */
export async function judgeDefect(
  trx: Db,
  defect: DefectToJudge,
  statements: readonly StatusStatement[],
  resolved?: Decision<number>,
): Promise<Judgement> {
  const said = inOrder(statements)
  const birth = { status: 'open' as const, at: defect.firstSeenAt, after: Number.NEGATIVE_INFINITY }
  let course = courseOf(said, birth)
  const firstFix = said.find(({ status, fixedIn }) => (status && isFixed(status)) || (fixedIn && fixedIn.length > 0))
  if (!firstFix)
    return {
      standing: course.standing,
      resolvedAt: isOpen(course.standing.status)
        ? undefined
        : resolvedAt(course.standing.at, defect.firstSeenAt, resolved),
      everFixed: false,
      contested: false,
      fixes: [],
      answer: undefined,
      generations: [],
    }

  const judge = new SightingJudge(trx, defect)
  const generations: Generation[] = []
  let begin: Pick<Generation, 'since' | 'seen' | 'sentence'> = {
    since: defect.firstSeenAt,
    seen: undefined,
    sentence: undefined,
  }
  let regression: JudgedSighting | undefined
  for (;;) {
    const found = await firstRegression(judge, course)
    if (!found) break
    const { fixes } = await judge.resolve(found.period.fixes)
    generations.push({
      number: generations.length + 1,
      ...begin,
      fixedAt: found.period.fixedSince,
      fixedIn: fixes.map(({ version }) => version.text),
    })
    regression = found.regression
    begin = { since: regression.at, seen: regression.seen, sentence: regression.sentence }
    course = courseOf(said, { status: 'regressed', at: regression.at, after: regression.at })
  }
  const { stored } = await judge.resolve(course.fixes)
  const isFixedNow = isFixed(course.standing.status)
  const fixedAt = isFixedNow ? course.periods.at(-1)?.fixedSince : undefined
  generations.push({
    number: generations.length + 1,
    ...begin,
    fixedAt,
    fixedIn: stored.flatMap(({ version }) => version ?? []),
  })
  const answer = isFixedNow ? await strongestSince(judge, course.periods.at(-1)) : regression
  return {
    standing: course.standing,
    resolvedAt: isOpen(course.standing.status)
      ? undefined
      : resolvedAt(fixedAt ?? course.standing.at, begin.since, resolved),
    everFixed: true,
    contested: defect.lastSeenAt > firstFix.at || said.some(({ fixedIn = [] }) => fixedIn.some(meansSomeRelease)),
    fixes: stored,
    answer: answer && { answer: answer.answer, sentence: answer.sentence, at: answer.at },
    generations,
  }
}

/** Which release it means depends on which releases there are: a promise, or what may be the commit of another. */
const meansSomeRelease = (entry: string): boolean =>
  isFixPromise(entry) || ['sha', 'build', 'opaque'].includes(readVersion(entry).scheme)

async function firstRegression(
  judge: SightingJudge,
  { periods }: Course,
): Promise<{ period: FixedPeriod; regression: JudgedSighting } | undefined> {
  for (const period of periods) {
    // With no release named there is nothing that a sighting could contradict.
    if (period.fixes.length === 0) continue
    const [regression] = (await judge.sightingsIn(period)).filter(({ answer }) => answer === 'regression')
    if (regression) return { period, regression }
  }
  return undefined
}

/** Of what was seen since it counts as fixed, what a person should know first. */
async function strongestSince(
  judge: SightingJudge,
  period: FixedPeriod | undefined,
): Promise<JudgedSighting | undefined> {
  const judged = period ? await judge.sightingsIn(period) : []
  return [...judged].sort((a, b) => STRENGTH.indexOf(a.answer) - STRENGTH.indexOf(b.answer) || b.at - a.at)[0]
}

const STRENGTH: readonly RegressionAnswer[] = [
  'regression',
  'possible regression',
  'reappeared by rollback',
  'old version still affected',
  'straggler',
  'unknown',
]
