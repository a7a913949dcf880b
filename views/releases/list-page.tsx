import type { ReleaseKind, Severity } from '../../src/core/event.ts'
import { SIGN_WORDS, type Stay } from '../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { type NarrowingProps, Narrowings } from '../components/narrowings.tsx'
import { CopyLink, Empty, LookedOnlySoFar, Note, PageHead, Pager, Remarks } from '../components/page-parts.tsx'
import { ServicePick, type ServicePickProps } from '../components/service-pick.tsx'
import { ReleaseTable } from './release-table.tsx'

export interface ReleaseRow {
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly firstProductionAt: number | undefined
  readonly firstKnownAt: number
  readonly withdrawn: boolean
  readonly quarantine: string | undefined
  readonly liveIn: readonly string[]
  /** Of which it is the first suspect, in whatever state. */
  readonly defects: number
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly openDefects: Readonly<Record<Severity, number>>
  /** How many of them were known at each of these steps of its first week in production, as far as it got. */
  readonly foundBy: readonly number[]
  readonly regressions: number
  readonly failedDeployments: number
  readonly rolledBack: number
  /** Versions of emergency releases that took its place. */
  readonly hotfixes: readonly string[]
  /** In production. */
  readonly stay: Stay
  /** Where it runs in production. */
  readonly verdict: Verdict | undefined
}

export interface ReleaseListProps {
  readonly rows: readonly ReleaseRow[]
  /** How many values of `foundBy` a whole week makes. */
  readonly room: number
  readonly filters: {
    readonly service: string
    readonly kind: string
    readonly verdict: string
    readonly environment: string
    readonly range: string
    readonly emergency: string
  }
  /** Times in the address: those it names, and the link that names what is shown now. */
  readonly moment: { readonly link: string; readonly asked: readonly NarrowingProps[] }
  readonly services: ServicePickProps
  readonly choices: { readonly environments: readonly Choice[] }
  readonly remarks: readonly string[]
  /** What the filter cannot find, in words. */
  readonly limits: string | undefined
  readonly anyFilter: boolean
  readonly summary: string
  readonly first: string | undefined
  /** All of it as a file. */
  readonly csv: string
  readonly next: string | undefined
  readonly lookedAt: string | undefined
  readonly now: number
}

const KIND_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'major', text: 'Major' },
  { value: 'minor', text: 'Minor' },
  { value: 'patch', text: 'Patch' },
  { value: 'emergency', text: 'Emergency' },
  { value: 'pre-release', text: 'Pre-release' },
  { value: 'unknown', text: 'Unknown' },
]

const VERDICT_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'suspect', text: SIGN_WORDS.suspect },
  { value: 'watch', text: SIGN_WORDS.watch },
  { value: 'healthy', text: SIGN_WORDS.healthy },
  { value: 'too-early', text: 'Too early, unclear' },
]

const EMERGENCY_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'yes', text: 'Has one' },
]

export const RANGE_CHOICES: readonly Choice[] = [
  { value: '', text: 'All time' },
  { value: '24h', text: '24 hours' },
  { value: '7d', text: '7 days' },
  { value: '14d', text: '14 days' },
  { value: '30d', text: '30 days' },
  { value: '90d', text: '90 days' },
  { value: '6mo', text: '6 months' },
]

export function ReleaseListPage(props: ReleaseListProps) {
  const { rows, room, filters, moment, services, choices, remarks, limits, anyFilter, now } = props
  const any = (list: readonly Choice[]): readonly Choice[] => [{ value: '', text: 'Any' }, ...list]
  return (
    <>
      <PageHead title="Releases" />
      <ScopeForm action="/releases" label="Filter releases">
        <ServicePick {...services} />
        <Pick name="kind" label="Kind" value={filters.kind} choices={KIND_CHOICES} />
        <Pick name="verdict" label="Verdict" value={filters.verdict} choices={VERDICT_CHOICES} />
        <Pick name="env" label="Deployed to" value={filters.environment} choices={any(choices.environments)} />
        <Pick name="range" label="First known" value={filters.range} choices={RANGE_CHOICES} />
        <Pick name="emergency" label="Emergency" value={filters.emergency} choices={EMERGENCY_CHOICES} />
        <Narrowings narrowings={moment.asked} now={now} />
        {anyFilter ? (
          <a class="btn ghost" href="/releases?view=all">
            Clear filters
          </a>
        ) : null}
        <CopyLink href={moment.link}>Copy link to this moment</CopyLink>
      </ScopeForm>
      <Remarks remarks={remarks} />
      {limits ? (
        <div class="gap">
          <Note>{limits}</Note>
        </div>
      ) : null}
      <section class="panel many-columns" aria-label="Releases found">
        {rows.length > 0 ? (
          <form method="get" action="/releases/compare">
            <ReleaseTable rows={rows} room={room} now={now} />
            <div class="pn-f">
              <button type="submit" class="btn sm">
                Compare ticked releases
              </button>
              <span>Two to four, at the same age.</span>
            </div>
          </form>
        ) : (
          <NothingFound {...props} />
        )}
        <LookedOnlySoFar at={props.lookedAt} what="releases" next={props.next} />
        <Pager
          newer={props.first}
          older={props.lookedAt ? undefined : props.next}
          newerText="Newest"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
        />
      </section>
    </>
  )
}

function NothingFound({ anyFilter, lookedAt }: ReleaseListProps) {
  if (lookedAt) return <Empty icon="search">Nothing found so far.</Empty>
  return anyFilter ? (
    <Empty
      icon="release"
      action={
        <a class="btn sm" href="/releases?view=all">
          Clear filters
        </a>
      }
    >
      No release matches these filters.
    </Empty>
  ) : (
    <Empty
      icon="release"
      action={
        <a class="btn sm" href="/setup">
          Connect your CI
        </a>
      }
    >
      No releases yet. The first deployment makes one.
    </Empty>
  )
}
