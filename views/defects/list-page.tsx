import type { Child } from 'hono/jsx'
import { type Choice, Pick, ScopeForm } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { type NarrowingProps, Narrowings } from '../components/narrowings.tsx'
import { Empty, LookedOnlySoFar, Note, PageHead, Pager, type PageSizes, Remarks } from '../components/page-parts.tsx'
import { ServicePick, type ServicePickProps } from '../components/service-pick.tsx'
import { BULK_FORM, BulkBar, type BulkBarProps } from './bulk-bar.tsx'
import { type DefectRow, DefectTable, type SortableColumn, type SortLink } from './defect-table.tsx'
import { ViewBar, type ViewBarProps } from './view-bar.tsx'

export interface DefectListFilters {
  readonly status: string
  readonly severity: string
  readonly service: string
  readonly environment: string
  readonly release: string
  readonly attribution: string
  readonly source: string
  readonly assignee: string
  readonly text: string
}

export interface DefectListProps {
  readonly views: ViewBarProps
  readonly filters: DefectListFilters
  /** What no menu picks. */
  readonly narrowings: readonly NarrowingProps[]
  readonly services: ServicePickProps
  readonly choices: {
    readonly environments: readonly Choice[]
    /** Releases of the chosen service. */
    readonly releases: readonly Choice[]
    readonly sources: readonly Choice[]
    readonly assignees: readonly Choice[]
  }
  /** Kept by the form although nothing picks them. */
  readonly kept: { readonly sort: string; readonly size: string }
  /** What the address asked for and is not there. */
  readonly remarks: readonly string[]
  readonly rows: readonly DefectRow[]
  readonly sorts: Partial<Record<SortableColumn, SortLink>>
  /** Such as `1–50 of 812`. */
  readonly summary: string
  readonly first: string | undefined
  /** All of it as a file. */
  readonly csv: string
  /** How many rows a page has; empty when all fit on the smallest. */
  readonly sizes: PageSizes
  readonly next: string | undefined
  /** This page ended after looking at so many; the next goes on from there. */
  readonly lookedAt: string | undefined
  /** Tells in words how many are new since this was made. */
  readonly newer: string
  /** Nothing was ever reported. */
  readonly nothingYet: boolean
  readonly anyFilter: boolean
  /** What is missing, as in `No open defects in production.` */
  readonly nothingFound: string
  /** False for people who may only read. */
  readonly mayChange: boolean
  /** Changes ticked rows; undefined for people who may only read. */
  readonly bulk: BulkBarProps | undefined
  /** What was done just before. */
  readonly said: string | undefined
  readonly now: number
}

const STATUS_CHOICES: readonly Choice[] = [
  { value: '', text: 'Open' },
  { value: 'open', text: 'New' },
  { value: 'triaged', text: 'Triaged' },
  { value: 'in-progress', text: 'In progress' },
  { value: 'regressed', text: 'Regressed' },
  { value: 'fixed', text: 'Fixed' },
  { value: 'verified', text: 'Verified' },
  { value: 'fixed,verified', text: 'Fixed or verified' },
  { value: 'wont-fix', text: 'Won’t fix' },
  { value: 'any', text: 'Any' },
]

const SEVERITY_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'S1', text: 'S1' },
  { value: 'S1,S2', text: 'S1 and S2' },
  { value: 'S2', text: 'S2' },
  { value: 'S3', text: 'S3' },
  { value: 'S4', text: 'S4' },
]

const ATTRIBUTION_CHOICES: readonly Choice[] = [
  { value: '', text: 'Any' },
  { value: 'attributed', text: 'Attributed' },
  { value: 'suspected', text: 'Suspected' },
  { value: 'unattributed', text: 'No suspect' },
  { value: 'manual', text: 'Set by a person' },
  { value: 'not-a-change', text: 'No change caused it' },
]

export function DefectListPage(props: DefectListProps) {
  const { views, remarks, rows, now } = props
  return (
    <>
      <PageHead
        title="Defects"
        actions={
          props.mayChange ? (
            <a class="btn pri" href="/defects/new">
              <Icon name="plus" />
              New defect
            </a>
          ) : undefined
        }
      />
      <ViewBar {...views} />
      <Filters {...props} />
      <Remarks remarks={remarks} />
      {props.said ? (
        <div class="gap">
          <Note role="status">{props.said}</Note>
        </div>
      ) : null}
      <section class="panel many-columns" aria-label="Defects found" data-newer={props.newer}>
        {rows.length === 0 ? (
          <NothingFound {...props} />
        ) : (
          <DefectTable
            label="Defects"
            rows={rows}
            now={now}
            sorts={props.sorts}
            form={props.bulk ? BULK_FORM : undefined}
            hidden={views.columns.hidden}
          />
        )}
        <LookedOnlySoFar at={props.lookedAt} what="defects" next={props.next} />
        <Pager
          newer={props.first}
          older={props.lookedAt ? undefined : props.next}
          newerText="First page"
          olderText="Next"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
          sizes={props.sizes}
        />
      </section>
      {props.bulk && rows.length > 0 ? <BulkBar {...props.bulk} /> : null}
    </>
  )
}

function Filters({ filters, narrowings, services, choices, kept, anyFilter, now }: DefectListProps) {
  const any = (list: readonly Choice[]): readonly Choice[] => [{ value: '', text: 'Any' }, ...list]
  return (
    <ScopeForm action="/defects" label="Filter defects">
      <input
        type="search"
        name="q"
        value={filters.text}
        placeholder="Title or PF-number"
        aria-label="Search in titles"
      />
      <Pick name="status" label="Status" value={filters.status} choices={STATUS_CHOICES} />
      <Pick name="severity" label="Severity" value={filters.severity} choices={SEVERITY_CHOICES} />
      <ServicePick {...services} />
      {choices.releases.length > 0 ? (
        <Pick name="release" label="Release" value={filters.release} choices={any(choices.releases)} />
      ) : null}
      <Pick name="env" label="Environment" value={filters.environment} choices={any(choices.environments)} />
      <Pick name="attribution" label="Cause" value={filters.attribution} choices={ATTRIBUTION_CHOICES} />
      <Pick name="source" label="Source" value={filters.source} choices={any(choices.sources)} />
      <Pick
        name="assignee"
        label="Owner"
        value={filters.assignee}
        choices={[
          { value: '', text: 'Any' },
          { value: 'me', text: 'Me' },
          { value: 'nobody', text: 'Nobody' },
          ...choices.assignees,
        ]}
      />
      <Narrowings narrowings={narrowings} now={now} />
      {kept.sort ? <input type="hidden" name="sort" value={kept.sort} /> : null}
      {kept.size ? <input type="hidden" name="size" value={kept.size} /> : null}
      {anyFilter ? (
        <a class="btn ghost" href="/defects?view=open">
          Clear filters
        </a>
      ) : null}
    </ScopeForm>
  )
}

function NothingFound({ nothingYet, nothingFound, anyFilter, lookedAt }: DefectListProps): Child {
  if (nothingYet)
    return (
      <Empty
        icon="defect"
        action={
          <a class="btn sm" href="/setup">
            Connect a source
          </a>
        }
      >
        No defects yet. They come in from issue trackers, alerts, the API or the form for a new defect.
      </Empty>
    )
  if (lookedAt) return <Empty icon="search">Nothing found so far.</Empty>
  return (
    <Empty
      icon="check-ring"
      action={
        anyFilter ? (
          <a class="btn sm" href="/defects?view=open">
            Clear filters
          </a>
        ) : undefined
      }
    >
      {nothingFound}
    </Empty>
  )
}
