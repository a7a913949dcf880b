import { z } from 'zod'
import type { ReleaseKind } from '../../core/event.ts'
import type { Verdict } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId } from '../../store/defects/defect-queries.ts'
import { listReleaseRows, type ReleaseFilter } from '../../store/releases/release-list.ts'
import { findRelease } from '../../store/releases/release-queries.ts'
import { listRunningInProduction } from '../../store/releases/running-releases.ts'
import { cursorOf } from '../api/cursor.ts'
import { readAbsoluteRange } from './absolute-range.ts'
import { inAll } from './in-all.ts'
import { judgeRunning } from './judge-running.ts'
import { findQuestioned } from './questioned-releases.ts'
import { BASELINE, readBaseline, readWeighed, WEIGHED } from './releases-behind.ts'
import { readServices } from './service-choice.ts'
import type { StandingVerdicts } from './standing-verdicts.ts'

const WORDS: Readonly<Record<string, Verdict['word']>> = {
  suspect: 'suspect',
  watch: 'watch',
  healthy: 'healthy',
  'too-early': 'too early',
}
const KINDS: readonly ReleaseKind[] = ['major', 'minor', 'patch', 'emergency', 'pre-release', 'unknown']
const DAY_MS = 86_400_000
const RANGES: Readonly<Record<string, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '14d': 14 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '6mo': 183 * DAY_MS,
}
export const RELEASE_RANGES: readonly string[] = Object.keys(RANGES)
const place = cursorOf(z.object({ firstKnownAt: z.int(), id: z.int(), shown: z.int().min(0) }))

type AskedName = (typeof WEIGHED)[number] | (typeof BASELINE)[number]

/** The filter that the address of the list asks for. A `range` goes before `from` and `to`, whose days are those of `zone`. */
export async function readReleaseSearch(
  db: Db,
  standing: StandingVerdicts,
  query: URLSearchParams,
  now: number,
  zone: string,
) {
  const remarks: string[] = []
  const get = (name: string): string => query.get(name)?.trim() ?? ''
  const asked = {
    ...{ service: get('service'), kind: get('kind'), verdict: get('verdict'), env: get('env') },
    ...{ range: get('range'), emergency: get('emergency') },
    ...{ from: get('range') ? '' : get('from'), to: get('range') ? '' : get('to') },
    ...{ reachedFrom: get('reachedFrom'), reachedTo: get('reachedTo'), above: get('above'), upTo: get('upTo') },
    ...{ arrivedIn: get('arrivedIn'), arrivedFrom: get('arrivedFrom'), arrivedTo: get('arrivedTo') },
    ...{ inQuestionFor: get('inQuestionFor') },
    ...{ weighedFor: get('weighedFor'), weighedOf: get('weighedOf'), changing: get('changing') },
    ...{ baselineOf: get('baselineOf'), baselineIn: get('baselineIn'), baseline: get('baseline') },
  }
  const drop = (name: keyof typeof asked, what: string) => {
    remarks.push(`Unknown ${what} ‘${asked[name]}’. Showing all.`)
    asked[name] = ''
  }
  const chosen = await readServices(db, query.getAll('service'))
  remarks.push(...chosen.remarks)
  asked.service = chosen.text
  const environmentId = asked.env ? await findEnvironmentId(db, asked.env) : undefined
  if (asked.env && environmentId === undefined) drop('env', 'environment')
  const kinds = KINDS.filter((kind) => kind === asked.kind)
  if (asked.kind && kinds.length === 0) drop('kind', 'kind')
  const span = Object.hasOwn(RANGES, asked.range) ? RANGES[asked.range] : undefined
  if (asked.range && span === undefined) drop('range', 'range')
  const ends = readAbsoluteRange(asked, zone)
  if (ends.remarks.length > 0) remarks.push(...ends.remarks, 'Showing those of all time.')
  if (!ends.span) asked.from = asked.to = ''
  const reached = readStretch('Being first in production', asked.reachedFrom, asked.reachedTo, zone)
  if (reached.remark) remarks.push(reached.remark)
  if (!reached.span) asked.reachedFrom = asked.reachedTo = ''
  const arrived = await findArrived(db, asked, zone)
  if (arrived.remark) remarks.push(arrived.remark)
  if (!arrived.filter) asked.arrivedIn = asked.arrivedFrom = asked.arrivedTo = ''
  const between = await findBetween(db, asked)
  if ((asked.above || asked.upTo) && !between) {
    remarks.push('Releases between two are asked for by a service and two of its versions. Showing all.')
    asked.above = asked.upTo = ''
  }
  const questioned = asked.inQuestionFor ? await findQuestioned(db, asked.inQuestionFor) : undefined
  if (asked.inQuestionFor && !questioned) drop('inQuestionFor', 'defect')
  const behind: { readonly ids: readonly number[]; readonly text: string; readonly names: readonly AskedName[] }[] = []
  for (const [found, names] of [
    [await readWeighed(db, asked), WEIGHED],
    [await readBaseline(db, asked, now), BASELINE],
  ] as const) {
    if (found && 'ids' in found) behind.push({ ...found, names })
    else for (const name of names) asked[name] = ''
    if (found && 'remark' in found) remarks.push(found.remark)
  }
  const after = get('after') ? place.safeParse(get('after')) : undefined
  if (after && !after.success) remarks.push('The address named a page that does not exist. Showing the first one.')
  const word = Object.hasOwn(WORDS, asked.verdict) ? WORDS[asked.verdict] : undefined
  if (asked.verdict && word === undefined) drop('verdict', 'verdict')
  if (asked.emergency && asked.emergency !== 'yes') drop('emergency', 'emergency')
  const judged = word && (await findJudged(db, standing, chosen.ids, word, now))
  const filter: ReleaseFilter = {
    ...{ serviceIds: chosen.ids, environmentId, kinds },
    ...(ends.span ?? { from: span === undefined ? undefined : now - span }),
    ...{
      reached: reached.span,
      arrived: arrived.filter,
      between,
      hasEmergency: asked.emergency === 'yes',
      ids: inAll([judged && [...judged.verdicts.keys()], questioned?.releaseIds, ...behind.map(({ ids }) => ids)]),
    },
  }
  return {
    ...{ filter, asked, services: chosen.services.map(({ name }) => name), remarks, after: after?.data, judged },
    /** What of it is what a number of another page counts, in words, with the parameters that say it. */
    behind,
  }
}

/** What the link of a number asks for, both ends of it. */
function readStretch(
  what: string,
  from: string,
  to: string,
  zone: string,
): { readonly span?: { readonly from: number; readonly to: number }; readonly remark?: string } {
  if (!from && !to) return {}
  const { span, remarks } = readAbsoluteRange({ from, to }, zone)
  if (span?.from !== undefined && span.to !== undefined) return { span: { from: span.from, to: span.to } }
  return { remark: `${remarks[0] ?? `${what} takes a beginning and an end.`} Showing those of any time.` }
}

/** When they were first in an environment. */
async function findArrived(
  db: Db,
  asked: { readonly arrivedIn: string; readonly arrivedFrom: string; readonly arrivedTo: string },
  zone: string,
): Promise<{ readonly filter?: ReleaseFilter['arrived']; readonly remark?: string }> {
  if (!asked.arrivedIn && !asked.arrivedFrom && !asked.arrivedTo) return {}
  const environmentId = asked.arrivedIn ? await findEnvironmentId(db, asked.arrivedIn) : undefined
  if (environmentId === undefined)
    return { remark: `Unknown environment ‘${asked.arrivedIn}’ to be first in. Showing those of any.` }
  const { span, remark } = readStretch('Being first in an environment', asked.arrivedFrom, asked.arrivedTo, zone)
  if (span) return { filter: { environmentId, ...span } }
  return { remark: remark ?? 'Being first in an environment takes a beginning and an end. Showing those of any time.' }
}

async function findBetween(
  db: Db,
  { service, above, upTo }: { readonly service: string; readonly above: string; readonly upTo: string },
): Promise<ReleaseFilter['between']> {
  if (!service || !above || !upTo) return undefined
  const [lower, upper] = [await findRelease(db, service, above), await findRelease(db, service, upTo)]
  return lower && upper && { aboveId: lower.id, upToId: upper.id }
}

/** What a filter by verdict looks at; each verdict reads what forty releases showed. */
const MOST_JUDGED = 50

/** Those that run in production with this verdict, and whether more run than were judged. */
async function findJudged(
  db: Db,
  standing: StandingVerdicts,
  serviceIds: readonly number[] | undefined,
  word: Verdict['word'],
  now: number,
): Promise<{ readonly verdicts: ReadonlyMap<number, Verdict>; readonly limits: string }> {
  const running = await listRunningInProduction(db, serviceIds, MOST_JUDGED + 1)
  const rows = await listReleaseRows(db, running.slice(0, MOST_JUDGED))
  const verdicts = await judgeRunning(db, standing, rows, now, MOST_JUDGED)
  const some = running.length > MOST_JUDGED ? `the ${MOST_JUDGED} deployed last of those ` : ''
  return {
    verdicts: new Map([...verdicts].filter(([, verdict]) => verdict.word === word)),
    limits: `A verdict is found only of ${some || 'releases '}that run in production now. Others have theirs on their own pages.`,
  }
}
