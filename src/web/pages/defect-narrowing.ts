import { counted } from '../../../views/format.ts'
import { parseInstant } from '../../core/time/instant.ts'
import type { Db } from '../../store/database.ts'
import type { DefectFilter, Span } from '../../store/defects/defect-list.ts'
import { findServiceId } from '../../store/defects/defect-queries.ts'
import { listBrought, PHASES, type Phases } from './brought-defects.ts'
import { COMPARED, readCompared } from './compared-defects.ts'
import { inAll } from './in-all.ts'
import { LEARNED, readLearned } from './learned-defects.ts'
import { PART_OF, readPartOf } from './release-parts.ts'
import { readSaid, SAID } from './said-suspicions.ts'
import { readShown, SHOWN } from './shown-defects.ts'

/**
 * What links of numbers ask of the list of defects and no menu picks: stretches of time, and what some releases brought.
 * The filter bar shows each in words, with the way to take it off.
 */

export const NARROWING = [
  'unplaced',
  'seenFrom',
  'seenTo',
  'resolvedFrom',
  'resolvedTo',
  'openAt',
  'openFrom',
  'openTo',
  'backFrom',
  'backTo',
  'noticed',
  'named',
  'releasesOf',
  'releasedFrom',
  'releasedTo',
  'observed',
  'phase',
  ...SHOWN,
  ...SAID,
  ...LEARNED,
  ...COMPARED,
  ...PART_OF,
  'ids',
] as const
type Name = (typeof NARROWING)[number]
/** Instants are RFC 3339, stretches half-open. */
export type NarrowingQuery = Readonly<Record<Name, string>>

export interface Narrowing {
  /** As in "First seen", "Open at". */
  readonly text: string
  readonly span?: Span | undefined
  readonly at?: number | undefined
  /** After the span. */
  readonly more?: string | undefined
  /** The parameters that say it. */
  readonly names: readonly Name[]
}

export interface Narrowed {
  readonly filter: Pick<
    DefectFilter,
    | 'orNoEnvironment'
    | 'seen'
    | 'resolved'
    | 'openAt'
    | 'openDuring'
    | 'cameBack'
    | 'noticedBy'
    | 'namesService'
    | 'ids'
  >
  /** As they go back into links: without what was not understood. */
  readonly asked: NarrowingQuery
  readonly narrowings: readonly Narrowing[]
  readonly remarks: readonly string[]
}

const NOTICED = ['people', 'monitoring'] as const
const PHASE_WORDS: Readonly<Record<Phases, string>> = {
  production: 'found in production',
  before: 'found before production',
  known: 'found in a phase that is known',
  unknown: 'found in a phase that nobody named',
}

export async function readNarrowing(db: Db, query: URLSearchParams, env: string, now: number): Promise<Narrowed> {
  const asked = Object.fromEntries(NARROWING.map((name) => [name, query.get(name)?.trim() ?? ''])) as Record<
    Name,
    string
  >
  const remarks: string[] = []
  const narrowings: Narrowing[] = []
  const instantOf = (name: Name): number | undefined => {
    const at = asked[name] ? parseInstant(asked[name]) : undefined
    if (asked[name] && at === undefined) {
      remarks.push(`Unknown time ‘${asked[name]}’. Showing those of any time.`)
      asked[name] = ''
    }
    return at
  }
  const spanOf = (text: string, from: Name, to: Name): Span | undefined => {
    const span = { from: instantOf(from), to: instantOf(to) }
    if (span.from === undefined && span.to === undefined) return undefined
    narrowings.push({ text, span, names: [from, to] })
    return span
  }

  const seen = spanOf('First seen', 'seenFrom', 'seenTo')
  const resolved = spanOf('Closed', 'resolvedFrom', 'resolvedTo')
  const openAt = instantOf('openAt')
  if (openAt !== undefined) narrowings.push({ text: 'Open at', at: openAt, names: ['openAt'] })
  const during = { from: instantOf('openFrom'), to: instantOf('openTo') }
  const openDuring =
    during.from === undefined || during.to === undefined ? undefined : { from: during.from, to: during.to }
  if (openDuring) narrowings.push({ text: 'Open at some time', span: openDuring, names: ['openFrom', 'openTo'] })
  else asked.openFrom = asked.openTo = ''
  const cameBack = spanOf('Came back', 'backFrom', 'backTo')
  const noticedBy = NOTICED.find((one) => one === asked.noticed)
  if (noticedBy) narrowings.push({ text: `Noticed first by ${noticedBy}`, names: ['noticed'] })
  else if (asked.noticed) {
    remarks.push(`Unknown ‘${asked.noticed}’ to notice a defect. Showing those noticed by whomever.`)
    asked.noticed = ''
  }
  const namesService = asked.named === 'service'
  if (namesService) narrowings.push({ text: 'Those that name a service', names: ['named'] })
  else asked.named = ''
  const orNoEnvironment = asked.unplaced === 'too' && env !== ''
  if (orNoEnvironment) narrowings.push({ text: 'Those of no environment too', names: ['unplaced'] })
  else asked.unplaced = ''
  const brought = asked.releasesOf ? await readBrought(db, asked, instantOf, remarks) : undefined
  if (brought) narrowings.push(brought.narrowing)
  else for (const name of BROUGHT) asked[name] = ''
  /** Those that the number of another page counts. */
  const countedAs = (
    found: { readonly ids: readonly number[]; readonly text: string } | { readonly remark: string } | undefined,
    names: readonly Name[],
  ): readonly number[] | undefined => {
    if (found && 'ids' in found) {
      narrowings.push({ text: found.text, names })
      return found.ids
    }
    if (found) remarks.push(found.remark)
    for (const name of names) asked[name] = ''
    return undefined
  }
  const shown = countedAs(await readShown(db, asked, now), SHOWN)
  const said = countedAs(await readSaid(db, asked), SAID)
  const learned = countedAs(await readLearned(db, asked), LEARNED)
  const compared = countedAs(await readCompared(db, asked, now), COMPARED)
  const partOf = countedAs(await readPartOf(db, asked), PART_OF)
  const named = readIds(asked, remarks)
  if (named) narrowings.push({ text: counted(named.length, 'defect chosen', 'defects chosen'), names: ['ids'] })
  return {
    filter: {
      ...(seen && { seen }),
      ...(resolved && { resolved }),
      ...(cameBack && { cameBack }),
      ...{ openAt, openDuring, orNoEnvironment, noticedBy, namesService },
      ids: inAll([brought?.ids, shown, said, learned, compared, partOf, named]),
    },
    ...{ asked, narrowings, remarks },
  }
}

/** More make an address that servers on the way may not take. */
const MOST_IDS = 500

/** Numbers of defects, as `PF-` has them, by commas. */
function readIds(asked: Record<Name, string>, remarks: string[]): readonly number[] | undefined {
  if (!asked.ids) return undefined
  const ids = asked.ids.split(',')
  if (ids.length <= MOST_IDS && ids.every((id) => /^[1-9]\d{0,14}$/.test(id))) return [...new Set(ids.map(Number))]
  remarks.push('Defects are chosen by at most 500 numbers with commas between. Showing all.')
  asked.ids = ''
  return undefined
}

const BROUGHT = ['releasesOf', 'releasedFrom', 'releasedTo', 'observed', 'phase'] as const

/** The defects that the escape rate counts, by the rule of the escape rate itself. */
async function readBrought(
  db: Db,
  asked: NarrowingQuery,
  instantOf: (name: Name) => number | undefined,
  remarks: string[],
): Promise<{ readonly ids: readonly number[]; readonly narrowing: Narrowing } | undefined> {
  const serviceId = await findServiceId(db, asked.releasesOf)
  const [from, to] = [instantOf('releasedFrom'), instantOf('releasedTo')]
  const days = /^\d{1,4}$/.test(asked.observed) ? Number(asked.observed) : undefined
  const phase = PHASES.find((one) => one === asked.phase)
  if (serviceId === undefined || from === undefined || to === undefined || days === undefined || !phase) {
    remarks.push(
      'Defects of releases are asked for by a service, when these were first in production, days observed and a phase. Showing all.',
    )
    return undefined
  }
  const ids = await listBrought(db, serviceId, { from, to, days, phase })
  if (!ids) {
    remarks.push('Those releases have more defects than can be read at once. Showing all.')
    return undefined
  }
  return {
    ids,
    narrowing: {
      text: `Of releases of ${asked.releasesOf} first in production`,
      span: { from, to },
      more: `${PHASE_WORDS[phase]} and within ${days} days of that`,
      names: BROUGHT,
    },
  }
}
