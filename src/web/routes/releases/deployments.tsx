import { DeploymentListPage } from '../../../../views/deployments/list-page.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { METRICS } from '../../../../views/trends/metric-words.ts'
import { listEnvironmentChoices, listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { countMatchingDeployments, listDeployments } from '../../../store/deployments/deployment-list.ts'
import type { Deps } from '../../deps.ts'
import {
  type DeploymentQuery,
  encodeDeploymentPlace,
  METRIC_PARTS,
  PLACED_WORDS,
  readDeploymentPlace,
  readDeploymentSearch,
} from '../../pages/deployment-search.ts'
import { namesOf, withAsked } from '../../pages/list-choices.ts'
import { backToScope } from '../../pages/scope.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'

const PAGE_SIZE = 50
const WHAT = {
  ...{ env: 'environment', release: 'release' },
  ...{
    outcome: 'outcome',
    placed: 'part of those that put a release in place',
    from: 'time',
    to: 'time',
    metric: 'metric of a service and a time',
    part: 'part',
  },
}

/** Deployments one by one: what the numbers of the overview count. */
export function registerDeploymentRoutes(routes: Routes, deps: Deps): void {
  routes.get('/deployments', 'session', async (c) => {
    const again = backToScope(c, '/deployments')
    if (again) return again
    const db = deps.store.reader
    const now = deps.clock()
    const query = new URL(c.req.url).searchParams
    const {
      filter,
      asked,
      services: chosen,
      unknown,
      ...read
    } = await readDeploymentSearch(db, query, { now, zone: zoneOf(c) })
    const remarks = [
      ...read.remarks,
      ...unknown.map(({ name, value }) => `Unknown ${WHAT[name as keyof typeof WHAT]} ‘${value}’. Showing all.`),
    ]
    const given = c.req.query('after')
    const after = given ? readDeploymentPlace(given) : undefined
    if (after && !after.success) remarks.push('The address named a page that does not exist. Showing the first one.')
    const [{ rows, more }, count, services, environments] = await Promise.all([
      listDeployments(db, filter, { after: after?.data, limit: PAGE_SIZE }),
      countMatchingDeployments(db, filter, COUNTED_AT_MOST),
      listServiceChoices(db),
      listEnvironmentChoices(db),
    ])
    const before = after?.data?.shown ?? 0
    // What the link of a number asks for is looked at once.
    const isOfNumber = [asked.from, asked.to, asked.placed, asked.metric].some((value) => value !== '')
    const shown = before + rows.length
    const last = rows.at(-1)
    const span = { from: filter.from, to: filter.to }
    return page(
      c,
      deps,
      {
        title: 'Deployments',
        active: 'releases',
        crumbs: [{ text: 'Releases', href: '/releases' }, { text: 'Deployments' }],
        live: after ? [] : ['deployments'],
        ...(isOfNumber ? {} : { scope: { path: '/deployments', service: asked.service, env: asked.env, remarks } }),
      },
      <DeploymentListPage
        rows={rows}
        filters={asked}
        narrowings={[
          ...(asked.release ? [narrowing(asked, `Release ${asked.release}`, ['release'])] : []),
          ...(filter.placed ? [narrowing(asked, PLACED_WORDS[filter.placed], ['placed'])] : []),
          ...(asked.metric ? [narrowing(asked, metricWords(asked), ['metric', 'part'])] : []),
          ...(asked.from || asked.to ? [{ ...narrowing(asked, 'Deployed', ['from', 'to']), span }] : []),
        ]}
        services={{
          ...{ chosen, choices: services.map(({ name }) => name) },
          hrefOf: (service = '') => withQuery('/deployments', { ...asked, service, release: '', metric: '', part: '' }),
        }}
        choices={{
          environments: withAsked(namesOf(environments), asked.env),
        }}
        remarks={remarks}
        anyFilter={Object.values(asked).some((value) => value !== '')}
        summary={pageSummary(before, rows.length, count)}
        first={after ? withQuery('/deployments', asked) : undefined}
        next={
          more && last ? withQuery('/deployments', { ...asked, after: encodeDeploymentPlace(last, shown) }) : undefined
        }
        csv={withQuery('/deployments.csv', asked)}
        now={now}
      />,
    )
  })
}

const metricWords = ({ metric, part }: DeploymentQuery): string => {
  const name = METRICS.find(({ key }) => key === metric)?.name ?? ''
  return `${name}: those ${METRIC_PARTS[part as keyof typeof METRIC_PARTS].text}`
}

const narrowing = <Query extends Readonly<Record<string, string>>>(
  asked: Query,
  text: string,
  names: readonly (keyof Query & string)[],
) => ({
  text,
  kept: names.map((name) => ({ name, value: asked[name] as string })),
  without: withQuery('/deployments', { ...asked, ...Object.fromEntries(names.map((name) => [name, ''])) }),
})
