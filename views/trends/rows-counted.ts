import type { Stretch } from '../../src/core/time/calendar.ts'
import type { DeploymentPlaced } from '../../src/store/deployments/deployment-list.ts'
import { instantText, withQuery } from '../paths.ts'
import { instantsOf, type TrendAddress } from './trend-chart.tsx'

/** The lists whose rows the numbers of the trends count. */

type Query = Readonly<Record<string, string | undefined>>

/** Of all services: those that name none are in no trend. */
const defectsOf = ({ service, env }: TrendAddress, query: Query): string =>
  withQuery('/defects', { status: 'any', service, env, named: service ? undefined : 'service', ...query })

/** Defects first seen in a stretch. */
export const seenIn = (address: TrendAddress, { from, to }: Stretch, more: Query = {}): string =>
  defectsOf(address, { ...more, seenFrom: instantText(from), seenTo: instantText(to) })

/** Those fixed, or given up, in a stretch. */
export const closedIn = (address: TrendAddress, { from, to }: Stretch, status: 'fixed,verified' | 'wont-fix'): string =>
  defectsOf(address, { status, resolvedFrom: instantText(from), resolvedTo: instantText(to) })

/** Those open at the end of a stretch. */
export const openAtEndOf = (address: TrendAddress, { to }: Stretch): string =>
  defectsOf(address, { openAt: instantText(to) })

/** Those that had been fixed and were seen again in a stretch. */
export const cameBackIn = (address: TrendAddress, { from, to }: Stretch): string =>
  defectsOf(address, { backFrom: instantText(from), backTo: instantText(to) })

/** What is held against releases, or could be: what no change caused is left out. */
export const CAUSED = 'manual,attributed,suspected,unattributed'

/** Deployments that put a release in place in a stretch. */
export const placedIn = ({ service, env }: TrendAddress, stretch: Stretch, placed: DeploymentPlaced): string =>
  withQuery('/deployments', { service, env, placed, ...instantsOf(stretch) })

/** Releases first deployed to the environment in a stretch. */
export const arrivedIn = ({ service, env }: TrendAddress, { from, to }: Stretch, kind?: string): string =>
  withQuery('/releases', { service, kind, arrivedIn: env, arrivedFrom: instantText(from), arrivedTo: instantText(to) })
