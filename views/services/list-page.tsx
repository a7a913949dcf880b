import type { Severity } from '../../src/core/event.ts'
import type { ServiceRow } from '../../src/store/services/service-queries.ts'
import { KindTag } from '../components/badges.tsx'
import { ScopeForm } from '../components/form-parts.tsx'
import { Count, Empty, PageHead, Pager, ReleaseLink, Remarks, TableBox } from '../components/page-parts.tsx'
import { Since } from '../components/time.tsx'
import { servicePath, withQuery } from '../paths.ts'

export interface ServiceListProps {
  readonly rows: readonly ServiceRow[]
  /** The environment whose live release is shown; undefined while none is known. */
  readonly environment: string | undefined
  readonly q: string
  readonly remarks: readonly string[]
  readonly first: string | undefined
  readonly next: string | undefined
  /** Such as `1–50 of 81`. */
  readonly summary: string
  readonly now: number
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

export function ServiceListPage({ rows, environment, q, remarks, first, next, summary, now }: ServiceListProps) {
  return (
    <>
      <PageHead
        title="Services"
        actions={
          <a class="btn" href="/live">
            Live board
          </a>
        }
      />
      <ScopeForm action="/services" label="Filter services">
        <input type="search" name="q" value={q} placeholder="Service" aria-label="Service" />
        {q ? (
          <a class="btn ghost" href="/services">
            Clear
          </a>
        ) : null}
      </ScopeForm>
      <Remarks remarks={remarks} />
      <section class="panel" aria-label="Services found">
        {rows.length > 0 ? (
          <TableBox label="Services">
            <table class="t t-services">
              <caption>Services by name, with what runs and their open defects</caption>
              <thead>
                <tr>
                  <th scope="col">Service</th>
                  <th scope="col">Owner</th>
                  <th scope="col">{environment ? `In ${environment}` : 'Runs'}</th>
                  <th scope="col">Live for</th>
                  {SEVERITIES.map((severity) => (
                    <th scope="col" class="num">
                      <span class="vh">Open </span>
                      {severity}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr>
                    <td>
                      <a class="ttl" href={servicePath(row.name)}>
                        {row.name}
                      </a>
                      {row.detection === 'shipped' ? <span class="tag">Shipped</span> : null}
                    </td>
                    <td class="m-2">{row.owner ?? <span class="t3">Nobody named</span>}</td>
                    <td class="m-2 nw">
                      {row.live ? (
                        <>
                          <ReleaseLink service={row.name} version={row.live.version} /> <KindTag kind={row.live.kind} />
                        </>
                      ) : (
                        <span class="t3">Nothing</span>
                      )}
                    </td>
                    <td class="m-hide">
                      {row.live ? <Since at={row.live.since} now={now} /> : <span class="t3">–</span>}
                    </td>
                    {SEVERITIES.map((severity) => (
                      <td class={row.open[severity] > 0 ? 'num' : 'num m-hide'}>
                        {row.open[severity] > 0 ? (
                          <a href={withQuery('/defects', { severity, service: row.name })}>
                            {row.open[severity]}
                            <span class="m-only-inline"> {severity} open</span>
                          </a>
                        ) : (
                          <Count n={0} />
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        ) : (
          <Empty icon="search">{q ? 'No service has that in its name.' : 'No service is known yet.'}</Empty>
        )}
        <Pager newer={first} older={next} newerText="First" olderText="Next services" summary={summary} />
      </section>
    </>
  )
}
