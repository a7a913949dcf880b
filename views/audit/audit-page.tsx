import { AUDIT_GROUPS, auditActionWords } from '../../src/core/audit/actions.ts'
import type { AuditRow } from '../../src/store/audit/audit-entries.ts'
import { Pick as PickOne, ScopeForm } from '../components/form-parts.tsx'
import { Empty, Note, PageHead, Pager, TableBox } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { Time } from '../components/time.tsx'
import { deliveryPath, namesPath, releasePath, servicePath, withQuery } from '../paths.ts'
import type { AuditQuery } from './audit-query.ts'
import { changeWords } from './change-words.ts'

export interface AuditPageProps {
  readonly rows: readonly AuditRow[]
  readonly asked: AuditQuery
  /** Names of those who did something lately. */
  readonly actors: readonly string[]
  readonly remarks: readonly string[]
  /** Addresses of the first and the next page. */
  readonly newest: string | undefined
  readonly older: string | undefined
  /** Such as `1–50 of 812`. */
  readonly summary: string
  readonly csv: string
  readonly now: number
}

export function AuditPage(props: AuditPageProps) {
  const { rows, asked, remarks } = props
  const isFiltered = Object.values(asked).some((value) => value !== '')
  return (
    <>
      <PageHead
        title="Audit log"
        sub={
          <span>
            Who did what to what. Entries are only ever added; <code>postflight audit verify</code> checks that none was
            changed or taken out.
          </span>
        }
      />
      {remarks.length === 0 ? null : (
        <div class="gap">
          <Note tone="watch">{remarks.join(' ')}</Note>
        </div>
      )}
      <Filters {...props} />
      <section class="panel" aria-label="Entries">
        {rows.length === 0 ? (
          <Empty icon="search" action={isFiltered ? <a href="/admin/audit">Show all</a> : null}>
            {isFiltered ? 'No entries like that.' : 'Nothing was done yet.'}
          </Empty>
        ) : (
          <AuditTable {...props} />
        )}
        <Pager
          newer={props.newest}
          older={props.older}
          newerText="Newest"
          summary={props.summary}
          csv={rows.length > 0 ? props.csv : undefined}
        />
      </section>
    </>
  )
}

function Filters({ asked, actors }: AuditPageProps) {
  return (
    <ScopeForm action="/admin/audit" label="Filter the audit log">
      <input type="search" name="who" value={asked.who} placeholder="Who" aria-label="Who did it" list="audit-actors" />
      <Suggestions id="audit-actors" of={actors} />
      <PickOne
        name="what"
        label="What"
        value={asked.what}
        choices={[
          { value: '', text: 'Anything' },
          ...Object.entries(AUDIT_GROUPS).map(([value, { text }]) => ({ value, text })),
        ]}
      />
      <label class="audit-day">
        <span>From</span>
        <input type="date" name="from" value={asked.from} />
      </label>
      <label class="audit-day">
        <span>To</span>
        <input type="date" name="to" value={asked.to} />
      </label>
      {asked.subject === '' ? null : (
        <>
          <input type="hidden" name="subject" value={asked.subject} />
          <span class="t2 fs13">of {asked.subject.replace(':', ' ')}</span>
        </>
      )}
      {Object.values(asked).some((value) => value !== '') ? (
        <a class="btn ghost" href="/admin/audit">
          Clear filters
        </a>
      ) : null}
    </ScopeForm>
  )
}

const AuditTable = ({ rows, asked, now }: AuditPageProps) => (
  <TableBox label="Entries">
    <table class="t">
      <caption>Entries of the audit log, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Change</th>
          <th scope="col" class="num">
            Entry
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <td class="nw">
              <Time at={row.at} now={now} />
            </td>
            <td class="audit-who">
              <a href={withQuery('/admin/audit', { ...asked, who: row.actorName })}>{row.actorName || 'nobody'}</a>
              <small class="t3">{[KINDS[row.actorKind], row.address].filter(Boolean).join(', ')}</small>
            </td>
            <td class="audit-what m-full">
              {auditActionWords(row.action)} <Subject row={row} />
            </td>
            <td class="audit-change m-full t2">
              {changeWords(row.changeJson).map((line) => (
                <div>{line}</div>
              ))}
            </td>
            <td class="num m-hide">
              <span title={row.hash}>{row.number}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)

/** How they came, where it is not as a person with a browser. */
const KINDS: Readonly<Record<string, string>> = {
  token: 'API token',
  source: 'source',
  cli: 'command line',
  system: 'by itself',
  stranger: 'not signed in',
}

function Subject({ row }: { row: AuditRow }) {
  const href = subjectPath(row)
  return href ? <a href={href}>{row.subjectName}</a> : <b>{row.subjectName}</b>
}

function subjectPath({ subjectKind, subjectId, changeJson }: AuditRow): string | undefined {
  switch (subjectKind) {
    case 'defect':
      return `/defects/PF-${subjectId}`
    case 'emergency':
      return `/emergency/ER-${subjectId}`
    case 'source':
      return namesPath(subjectId)
    case 'service':
      return servicePath(subjectId)
    case 'delivery':
      return deliveryPath(Number(subjectId))
    case 'release':
      return plannedReleasePath(changeJson)
    case 'freeze':
      return `/calendar/freezes/${subjectId}`
    case 'user':
      return /^[0-9]+$/.test(subjectId) ? `/admin/users/${subjectId}` : undefined
    case 'lock':
      return '/emergency'
    case 'ci-target':
      return '/emergency/settings'
    case 'token':
      return '/account/tokens'
    case 'schedule':
      return '/on-call'
    default:
      return undefined
  }
}

/** A name and a version may both hold anything, so they are read from what was written down beside each other. */
function plannedReleasePath(changeJson: string): string | undefined {
  const { service, version } = JSON.parse(changeJson) as Readonly<Record<string, unknown>>
  return typeof service === 'string' && typeof version === 'string' ? releasePath(service, version) : undefined
}
