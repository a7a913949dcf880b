import type { DefectStatus, Severity } from '../../src/core/event.ts'
import { Confidence, SeverityBadge, StatusBadge } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { TableBox } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { formatCount, middleCut } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, releasePath, servicePath } from '../paths.ts'
import type { DefectColumn } from './columns-menu.tsx'

export interface DefectRow {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly assignee: string | undefined
  readonly attribution: string
  readonly suspect:
    | { readonly service: string; readonly version: string; readonly probability: number | undefined }
    | undefined
}

/** A column heading that sorts: where its link leads and how the table is sorted by it now. */
export interface SortLink {
  readonly href: string
  readonly now: 'ascending' | 'descending' | undefined
}

export type SortableColumn = 'severity' | 'first_seen' | 'last_seen' | 'occurrences'

interface DefectTableProps {
  readonly label: string
  readonly rows: readonly DefectRow[]
  readonly now: number
  /** Columns without one cannot be sorted by. */
  readonly sorts?: Partial<Record<SortableColumn, SortLink>>
  /** All belong to one service: the column would say the same in every row. */
  readonly oneService?: boolean
  /** Rows can be ticked, for the form with this id. */
  readonly form?: string | undefined
  /** Columns to leave out. */
  readonly hidden?: ReadonlySet<DefectColumn> | undefined
}

const NONE: ReadonlySet<DefectColumn> = new Set()
const SERVICE: ReadonlySet<DefectColumn> = new Set(['service'])

export function DefectTable({
  label,
  rows,
  now,
  sorts = {},
  oneService,
  form,
  hidden = oneService ? SERVICE : NONE,
}: DefectTableProps) {
  const shown = (column: DefectColumn): boolean => !hidden.has(column)
  return (
    <TableBox label={label}>
      <table class="t t-defects">
        <caption>{label}</caption>
        <thead>
          <tr>
            {form ? (
              <th scope="col" class="tick">
                <span class="vh">Select</span>
                <input
                  type="checkbox"
                  class="needs-js"
                  data-all-rows
                  aria-label="Select all on this page"
                  autocomplete="off"
                />
              </th>
            ) : null}
            <SortHead text="Sev" link={sorts.severity} />
            <th scope="col">Defect</th>
            {shown('service') ? <th scope="col">Service</th> : null}
            {shown('suspect') ? <th scope="col">Suspect release</th> : null}
            {shown('confidence') ? <th scope="col">Confidence</th> : null}
            {shown('occurrences') ? <SortHead text="Occurrences" link={sorts.occurrences} number /> : null}
            {shown('first_seen') ? <SortHead text="First seen" link={sorts.first_seen} /> : null}
            {shown('last_seen') ? <SortHead text="Last seen" link={sorts.last_seen} /> : null}
            {shown('status') ? <th scope="col">Status</th> : null}
            {shown('owner') ? <th scope="col">Owner</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DefectTableRow row={row} now={now} form={form} shown={shown} />
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

function SortHead({ text, link, number }: { text: string; link: SortLink | undefined; number?: boolean }) {
  const align = number ? { class: 'num' } : {}
  if (!link)
    return (
      <th scope="col" {...align}>
        {text}
      </th>
    )
  return (
    <th scope="col" {...align} {...(link.now ? { 'aria-sort': link.now } : {})}>
      <a href={link.href}>
        {text}
        {link.now ? <Icon name={link.now === 'descending' ? 'down' : 'up'} small /> : null}
      </a>
    </th>
  )
}

interface RowProps {
  readonly row: DefectRow
  readonly now: number
  readonly form: string | undefined
  readonly shown: (column: DefectColumn) => boolean
}

function DefectTableRow({ row, now, form, shown }: RowProps) {
  return (
    <tr>
      {form ? (
        <td class="tick m-hide">
          <input
            type="checkbox"
            name="id"
            value={row.id}
            form={form}
            data-row
            aria-label={`Select PF-${row.id} ${revealHidden(row.title)}`}
            autocomplete="off"
          />
        </td>
      ) : null}
      <td>
        <SeverityBadge severity={row.severity} />
      </td>
      <td class="m-2 clip with-id">
        <a class="ttl" href={defectPath(row.id)} title={revealHidden(row.title)}>
          {revealHidden(row.title)}
        </a>{' '}
        <span class="t3 nw">PF-{row.id}</span>
      </td>
      {shown('service') ? (
        <td class="m-2 nw">
          {row.service ? <a href={servicePath(row.service)}>{row.service}</a> : <span class="t3">Not named</span>}
          {row.environment && row.environment !== 'production' ? <span class="sub2 blk">{row.environment}</span> : null}
        </td>
      ) : null}
      {shown('suspect') ? (
        <td class="m-hide nw">
          <SuspectCell row={row} />
        </td>
      ) : null}
      {shown('confidence') ? (
        <td class="m-hide">
          <ConfidenceCell row={row} />
        </td>
      ) : null}
      {shown('occurrences') ? <td class="num m-hide">{formatCount(row.occurrences)}</td> : null}
      {shown('first_seen') ? (
        <td class="m-hide nw">
          <Time at={row.firstSeenAt} now={now} />
        </td>
      ) : null}
      {shown('last_seen') ? (
        <td class="m-seen nw">
          <span class="m-only-inline t3">Last seen </span>
          <Age at={row.lastSeenAt} now={now} />
        </td>
      ) : null}
      {shown('status') ? (
        <td class="m-status">
          <StatusBadge status={row.status} />
        </td>
      ) : null}
      {shown('owner') ? <td class="m-hide">{row.assignee ?? <span class="t3">Nobody</span>}</td> : null}
    </tr>
  )
}

function SuspectCell({ row }: { row: DefectRow }) {
  if (row.attribution === 'not-a-change') return <span class="t3">Not a change</span>
  const { suspect } = row
  if (!suspect) return <span class="t3">None</span>
  const elsewhere = suspect.service === row.service ? '' : `${suspect.service} `
  return (
    <a href={releasePath(suspect.service, suspect.version)} title={`${suspect.service} ${suspect.version}`}>
      {middleCut(elsewhere + suspect.version, 22)}
    </a>
  )
}

function ConfidenceCell({ row }: { row: DefectRow }) {
  if (row.attribution === 'manual')
    return (
      <span class="nw">
        <Icon name="check" small /> By a person
      </span>
    )
  if (!row.suspect || row.suspect.probability === undefined) return <span class="t3">–</span>
  return <Confidence probability={row.suspect.probability} />
}
