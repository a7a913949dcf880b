import type { EnvironmentRow, TierOrigin } from '../../src/store/services/environment-list.ts'
import { ScopeForm } from '../components/form-parts.tsx'
import { Count, Empty, Note, PageHead, Pager, ReleaseLink, Remarks, TableBox } from '../components/page-parts.tsx'
import { Age } from '../components/time.tsx'
import { withQuery } from '../paths.ts'

export interface EnvironmentsPageProps {
  readonly rows: readonly EnvironmentRow[]
  readonly q: string
  readonly isInWork: boolean
  readonly remarks: readonly string[]
  readonly first: string | undefined
  readonly next: string | undefined
  /** Such as `1–50 of 81`. */
  readonly summary: string
  readonly now: number
}

export const EnvironmentsPage = ({ rows, q, isInWork, remarks, first, next, summary, now }: EnvironmentsPageProps) => (
  <>
    <PageHead title="Environments" sub={<span>Where things run, and which of it counts as production.</span>} />
    <ScopeForm action="/admin/environments" label="Filter environments">
      <input type="search" name="q" value={q} placeholder="Environment" aria-label="Environment" />
      {q ? (
        <a class="btn ghost" href="/admin/environments">
          Clear
        </a>
      ) : null}
    </ScopeForm>
    <Remarks remarks={remarks} />
    <InWork isInWork={isInWork} />
    <section class="panel" aria-label="Environments found">
      {rows.length > 0 ? (
        <TableBox label="Environments">
          <table class="t">
            <caption class="vh">Environments by name, with their tier and what runs there</caption>
            <thead>
              <tr>
                <th scope="col">Environment</th>
                <th scope="col">Tier</th>
                <th scope="col">Says who</th>
                <th scope="col" class="num">
                  Services running
                </th>
                <th scope="col">Last deployment</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr>
                  <td class="ttl m-full">
                    <a href={`/admin/environments/${row.id}`}>{row.name}</a>
                  </td>
                  <td class="m-full">
                    {row.tier}
                    {row.isInWork ? <span class="tag">being worked out</span> : null}
                  </td>
                  <td class="m-full">
                    <span class="m-only-inline t3">Says who: </span>
                    <Origin origin={row.origin} now={now} />
                  </td>
                  <td class="num m-full t2">
                    <span class="m-only-inline t3">Services running: </span>
                    {row.running > 0 ? (
                      <a href={withQuery('/live', { environment: row.name })}>{row.running}</a>
                    ) : (
                      <Count n={0} />
                    )}
                  </td>
                  <td class="m-full t2">
                    <span class="m-only-inline t3">Last: </span>
                    <LastDeployment row={row} now={now} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      ) : (
        <Empty icon="search">
          {q ? 'No environment has that in its name.' : 'No environment is known yet: the first deployment makes one.'}
        </Empty>
      )}
      <Pager newer={first} older={next} newerText="First" olderText="Next environments" summary={summary} />
    </section>
  </>
)

export const InWork = ({ isInWork }: { readonly isInWork: boolean }) =>
  isInWork ? (
    <div class="gap">
      <Note tone="watch" role="status">
        Kinds of releases, defects that came back and suspects are being worked out anew. Some may still change.
      </Note>
    </div>
  ) : null

export const Origin = ({ origin, now }: { readonly origin: TierOrigin; readonly now: number }) => {
  if (origin.from === 'name') return <>its name</>
  return (
    <>
      {origin.from === 'sender' ? 'a sender' : origin.by}, <Age at={origin.at} now={now} />
    </>
  )
}

export const LastDeployment = ({ row, now }: { readonly row: EnvironmentRow; readonly now: number }) => {
  if (!row.lastDeployment) return <span class="t3">none</span>
  const { service, version, at } = row.lastDeployment
  return (
    <>
      {service} {version === undefined ? null : <ReleaseLink service={service} version={version} />},{' '}
      <Age at={at} now={now} />
    </>
  )
}
