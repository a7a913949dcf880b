import type { AttentionItem } from '../../../views/overview/attention-list.tsx'
import type { Emergency } from '../../store/emergency/emergencies.ts'
import { listCameBack } from '../../store/overview/came-back.ts'
import {
  countOpen,
  countUnowned,
  type EnvironmentChoice,
  listRecentDeployments,
  placesOf,
} from '../../store/overview/overview-queries.ts'
import type { Deps } from '../deps.ts'
import { attentionItems, MOST_BACK, NEWS_MS, RECENT_DEPLOYMENTS } from './attention.ts'
import { judgeRunning, listRunningOf } from './overview-running.ts'
import type { StandingVerdicts } from './standing-verdicts.ts'

export interface Elsewhere {
  /** Open emergency releases of other services: these always show. */
  readonly emergencies: readonly AttentionItem[]
  /** What else is in the list of all services and concerns others. */
  readonly more: number
}

/**
 * What needs attention of the services that an overview of some of them leaves out: read as the overview of all reads it, from
 * index ranges and verdicts that stand. Of what is listed in one line, whether it concerns another service is enough.
 */
export async function findElsewhere(
  deps: Pick<Deps, 'store' | 'clock'>,
  standing: StandingVerdicts,
  {
    environment,
    services,
    unowned,
    emergencies,
  }: {
    readonly environment: EnvironmentChoice | undefined
    /** Those that the overview is of. */
    readonly services: readonly { readonly id: number; readonly name: string }[]
    /** Of theirs, the open S1 and S2 without an owner. */
    readonly unowned: number
    /** All that are open. */
    readonly emergencies: readonly Emergency[]
  },
): Promise<Elsewhere> {
  const names = new Set(services.map(({ name }) => name))
  const isElsewhere = ({ service }: { readonly service?: string | undefined }) =>
    service === undefined || !names.has(service)
  const db = deps.store.reader
  const now = deps.clock()
  const places = environment ? placesOf(environment) : [null]
  const [allUnowned, cameBack, deployments, running, open] = await Promise.all([
    countUnowned(db, places, unowned),
    listCameBack(db, places, now - NEWS_MS, MOST_BACK + 1),
    environment ? listRecentDeployments(db, { environmentId: environment.id }, RECENT_DEPLOYMENTS) : [],
    environment ? listRunningOf(db, { environmentId: environment.id }, undefined) : [],
    countOpen(db, places),
  ])
  const others = {
    now,
    environment: environment?.name,
    cameBack: { list: cameBack.filter(isElsewhere), cap: MOST_BACK, rows: '' },
    deployments: deployments.filter(isElsewhere),
    emergencies: emergencies.filter(isElsewhere),
    running: (await judgeRunning(deps, standing, { environment }, running, open.byService)).running.filter(isElsewhere),
    // What is of the whole server is said of some services too.
    ...{ unowned: { worst: undefined, count: 0, cap: 0 }, failedDeliveries: { count: 0, cap: 0, newest: undefined } },
    ...{ silent: [], clockJump: undefined },
  }
  const items = attentionItems(others)
  return {
    emergencies: items.slice(0, others.emergencies.length),
    more: items.length - others.emergencies.length + (allUnowned > unowned ? 1 : 0),
  }
}
