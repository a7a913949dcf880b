import { z } from 'zod'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { LivePage } from '../../../../views/live/live-page.tsx'
import { withQuery } from '../../../../views/paths.ts'
import type { EnvironmentTier } from '../../../core/event.ts'
import { type ReleaseSign, RUNS, signOf } from '../../../core/verdict/release-sign.ts'
import {
  type BoardEnvironment,
  type BoardRow,
  byWeight,
  countBoard,
  listBoard,
  listOwners,
} from '../../../store/deployments/live-board.ts'
import { countOpen, listEnvironmentChoices, placesOf } from '../../../store/overview/overview-queries.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { backToScope } from '../../pages/scope.ts'
import { StandingVerdicts } from '../../pages/standing-verdicts.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

const PAGE_SIZE = 50
/** More columns than these are no overview. */
const MOST_ENVIRONMENTS = 6
const MOST_OWNERS = 200
const TIERS: readonly EnvironmentTier[] = ['production', 'staging', 'testing', 'development', 'other']

const place = cursorOf(z.tuple([z.string().max(200), z.int().min(0)]))

/** What runs where. */
export function registerLiveBoardRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingVerdicts()
  routes.get('/live', 'session', (c) => showBoard(c, deps, standing))
}

async function showBoard(c: Ctx, deps: Deps, standing: StandingVerdicts): Promise<Response> {
  const again = backToScope(c, '/live')
  if (again) return again
  const db = deps.store.reader
  const now = deps.clock()
  const query = new URL(c.req.url).searchParams
  const get = (name: string): string => query.get(name)?.trim().slice(0, 200).replaceAll('\0', '') ?? ''
  const asked = { q: get('q'), env: get('env'), owner: get('owner'), show: get('show') }
  const remarks: string[] = []
  if (asked.show && asked.show !== 'differing') asked.show = ''
  const [all, owners] = await Promise.all([listEnvironmentChoices(db), listOwners(db, MOST_OWNERS)])
  const known = [...all].sort(byWeight)
  const chosen = environmentsIn(known, asked.env)
  if (!chosen) {
    remarks.push(`Unknown environment ‘${asked.env}’. Showing all.`)
    asked.env = ''
  }
  const wanted = chosen ?? known
  const environments = wanted.slice(0, MOST_ENVIRONMENTS)
  const after = get('after') ? place.safeParse(query.get('after')) : undefined
  if (after && !after.success) remarks.push('The address named a page that does not exist. Showing the first one.')
  const filter = {
    environments,
    text: asked.q || undefined,
    owner: asked.owner || undefined,
    differing: asked.show === 'differing',
  }
  const [name, before = 0] = after?.data ?? []
  const [{ rows, more }, total] = await Promise.all([
    listBoard(db, filter, { after: name, limit: PAGE_SIZE }),
    countBoard(db, filter, COUNTED_AT_MOST),
  ])
  const judged = environments.find(({ tier }) => tier === 'production')
  const verdicts = judged ? await judgeRows(deps, standing, rows, judged, now) : new Map<number, ReleaseSign>()
  return page(
    c,
    deps,
    {
      title: 'Live board',
      active: 'live',
      live: ['deployments', 'defects'],
      // Several environments of a kind are nothing that other pages could show.
      scope: { path: '/live', env: known.find(({ name }) => name === asked.env)?.name, remarks },
    },
    <LivePage
      environments={environments}
      rows={rows.map((row) => ({ ...row, verdict: verdicts.get(row.serviceId) }))}
      judgedIn={judged?.name}
      filters={asked}
      choices={{
        environments: [
          { value: '', text: 'All' },
          ...TIERS.filter((tier) => known.filter((one) => one.tier === tier).length > 1).map((tier) => ({
            value: `tier:${tier}`,
            text: `All of ${tier}`,
          })),
          ...known.map(({ name }) => ({ value: name, text: name })),
        ],
        owners: [{ value: '', text: 'Any' }, ...owners.map((owner) => ({ value: owner, text: owner }))],
      }}
      moreEnvironments={wanted.length - environments.length}
      remarks={remarks}
      first={after?.data === undefined ? undefined : withQuery('/live', asked)}
      next={
        more
          ? withQuery('/live', { ...asked, after: encodeCursor([rows.at(-1)?.service, before + rows.length]) })
          : undefined
      }
      summary={pageSummary(before, rows.length, total)}
      now={now}
    />,
  )
}

/** Undefined when there is none of that name. */
function environmentsIn(known: readonly BoardEnvironment[], asked: string): readonly BoardEnvironment[] | undefined {
  if (asked === '') return known
  const found = known.filter(({ name, tier }) => name === asked || `tier:${tier}` === asked)
  return found.length > 0 ? found : undefined
}

/** By service id, for those that run there. */
async function judgeRows(
  { store }: Pick<Deps, 'store'>,
  standing: StandingVerdicts,
  rows: readonly BoardRow[],
  environment: BoardEnvironment,
  now: number,
): Promise<Map<number, ReleaseSign>> {
  const running = rows.flatMap(({ serviceId, service, cells }) => {
    const live = cells.find(({ environmentId }) => environmentId === environment.id)?.live
    return live ? [{ serviceId, service, releaseId: live.releaseId, since: live.since }] : []
  })
  if (running.length === 0) return new Map()
  const { byService } = await countOpen(store.reader, placesOf(environment))
  const verdicts = await standing.of(
    store.reader,
    running.map((one) => ({ ...one, open: byService.get(one.serviceId) ?? NONE })),
    environment,
    now,
  )
  const signs = new Map<number, ReleaseSign>()
  for (const [serviceId, verdict] of verdicts) {
    const sign = signOf(RUNS, verdict)
    if (sign) signs.set(serviceId, sign)
  }
  return signs
}

const NONE = { S1: 0, S2: 0, S3: 0, S4: 0 }
