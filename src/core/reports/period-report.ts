import { sum } from '../statistics/sum.ts'
import { counted } from '../text/wording.ts'
import type { Stretch } from '../time/calendar.ts'
import type { FineStretch, Trends } from '../trends/trends.ts'
import { PERIOD_DEFINITIONS } from './definitions.ts'
import { periodWords } from './period.ts'
import type { Making } from './release-report.ts'
import {
  type Listing,
  type ReportedDefect,
  type ReportedDeployment,
  type ReportedEmergency,
  type ReportedFlow,
  type ReportNumber,
  type ReportSnapshot,
  SNAPSHOT_FORMAT,
} from './snapshot.ts'

export interface PeriodReportFacts {
  /** null: all of them. */
  readonly service: string | null
  readonly environment: string
  readonly period: Stretch
  /** With `periodDivisions`. */
  readonly trends: Trends
  readonly defects: Listing<ReportedDefect>
  readonly deployments: Listing<ReportedDeployment>
  readonly emergencies: Listing<ReportedEmergency>
}

/** The report on a stretch of time, of one service or of all. */
export function periodReport(facts: PeriodReportFacts, making: Making): ReportSnapshot {
  const { service, environment, period, trends, defects, deployments, emergencies } = facts
  const { zone, madeAt, madeBy, dataUntil = null } = making
  const flow = flowOf(trends, period)
  const counts = countsOf(trends, period)
  return {
    format: SNAPSHOT_FORMAT,
    subject: { kind: 'period', service, environment, ...period },
    title: `${service ?? 'All services'} in ${environment}, ${periodWords(period, zone)}`,
    ...{ zone, madeAt, madeBy, dataUntil },
    ...{ verdict: null, sign: null, ended: null },
    sentence: sentenceOf(counts, flow, service === null ? mostIn(trends, period) : undefined),
    numbers: numbersOf(counts, environment),
    discovery: null,
    flow,
    ...{ defects, emergencies, deployments },
    definitions: PERIOD_DEFINITIONS,
  }
}

/** Stretches of the period alone, without what came after it. */
const within = <S extends Stretch>(stretches: readonly S[], { from, to }: Stretch): S[] =>
  stretches.filter((stretch) => stretch.from >= from && stretch.to <= to)

function flowOf(trends: Trends, period: Stretch): ReportedFlow {
  const fine = within(trends.fine, period)
  return {
    unit: trends.fineUnit,
    openBefore: fine[0] ? fine[0].backlog - fine[0].found + fine[0].fixed + fine[0].givenUp : 0,
    openAfter: fine.at(-1)?.backlog ?? 0,
    steps: fine.map(({ from, to, found, fixed, givenUp, backlog }) => ({
      ...{ from, to, found, fixed, givenUp },
      open: backlog,
    })),
  }
}

interface Counts {
  readonly found: number
  readonly fixed: number
  readonly deployments: number
  readonly emergencies: number
  /** Put a release in place, whatever for. */
  readonly placed: number
  readonly ripe: number
  readonly failed: number
}

function countsOf(trends: Trends, period: Stretch): Counts {
  const fine = within(trends.fine, period)
  const judged = within(trends.weeks, period)
  const over = (count: (stretch: FineStretch) => number): number => sum(fine.map(count))
  return {
    found: over(({ found }) => found),
    fixed: over(({ fixed }) => fixed),
    deployments: over(({ events }) => events.deployments),
    emergencies: over(({ events }) => events.rollbacks + events.emergencies),
    placed: over(({ events }) => events.deployments + events.rollbacks + events.emergencies),
    ripe: sum(judged.map(({ ripe }) => ripe)),
    failed: sum(judged.map(({ failed }) => failed)),
  }
}

const sentenceOf = (
  { found, fixed, placed }: Counts,
  { openBefore, openAfter }: ReportedFlow,
  most: string | undefined,
): string =>
  [
    `${capital(counted(found, 'defect'))} ${found === 1 ? 'was' : 'were'} found and ${counted(fixed, 'defect')} fixed, in ${counted(placed, 'deployment')}.`,
    openBefore === openAfter
      ? `Open defects stayed at ${openAfter}.`
      : `Open defects went from ${openBefore} to ${openAfter}.`,
    ...(most === undefined ? [] : [most]),
  ].join(' ')

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The service with the most defects, where there is anything to choose from. */
function mostIn({ services, months }: Trends, period: Stretch): string | undefined {
  if (months[0]?.from !== period.from) return undefined
  const ranked = services
    .map((one) => ({ service: one.service, defects: one.months[0]?.defects ?? 0 }))
    .sort((a, b) => b.defects - a.defects)
  const [first, second] = ranked
  if (!first || !second || first.defects === 0 || first.defects === second.defects) return undefined
  return `Most were found in ${first.service}: ${first.defects}.`
}

/** Beside the others, which count them. */
const leftOut = (n: number): string =>
  n === 0 ? '' : `, ${n} ${n === 1 ? 'rollback or emergency release' : 'rollbacks and emergency releases'} left out`

const numbersOf = (
  { found, fixed, deployments, emergencies, placed, ripe, failed }: Counts,
  environment: string,
): ReportNumber[] => [
  {
    name: 'Defects found',
    numerator: found,
    denominator: deployments,
    text: `${found} in ${counted(deployments, 'deployment')}${leftOut(placed - deployments)}`,
    rule: `Defects first seen in ${environment} in the period, merged ones left out / deployments there that put a release in place, rollbacks and emergency releases left out.`,
  },
  {
    name: 'Defects fixed',
    numerator: fixed,
    denominator: found,
    text: `${fixed} fixed, ${found} found`,
    rule: 'Defects resolved in the period and still so, those given up left out / defects first seen in it; the two need not be the same ones.',
  },
  {
    name: 'Failed deployments',
    numerator: failed,
    denominator: ripe,
    text: `${failed} of ${counted(ripe, 'deployment')} old enough to be judged`,
    rule: `Deployments rolled back within 72 h, or with an S1 or S2 defect attributed to their release / all that put a release in place in ${environment} and were 72 h old when the report was made.`,
  },
  {
    name: 'Rollbacks and emergency releases',
    numerator: emergencies,
    denominator: placed,
    text: `${emergencies} of ${counted(placed, 'deployment')}`,
    rule: `Deployments that put an earlier release back, or an emergency release in place / all that put a release in place in ${environment}.`,
  },
]
