import { NO_CHANGES } from '../../src/core/delivery/changes.ts'
import type { DeliveryDefect, DeliveryDeployment, DeliveryFacts } from '../../src/core/delivery/facts.ts'
import { day } from './factories.ts'

/** A planned deployment of release `id` that finished on the given day. */
export const deployed = (id: number, onDay: number, over: Partial<DeliveryDeployment> = {}): DeliveryDeployment => ({
  id,
  releaseId: id,
  status: 'succeeded',
  effect: 'deploy',
  finishedAt: day(onDay),
  changes: NO_CHANGES,
  emergencyScore: 0,
  mendsDeploymentIds: [],
  fixesDefectIds: [],
  ...over,
})

/** An S1 of that release, seen on the given day. */
export const severeDefect = (
  id: number,
  releaseId: number,
  onDay: number,
  over: Partial<DeliveryDefect> = {},
): DeliveryDefect => ({
  id,
  severity: 'S1',
  openedAt: day(onDay),
  attributedReleaseId: releaseId,
  suspects: [{ releaseId, probability: 0.8 }],
  ...over,
})

export const deliveryFacts = (
  deployments: readonly DeliveryDeployment[],
  defects: readonly DeliveryDefect[] = [],
): DeliveryFacts => ({ service: 'checkout-api', environment: 'production', deployments, defects, knownSince: day(0) })

export const march = { from: day(0), to: day(31) }
