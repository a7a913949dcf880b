import type { DefectEvent, DeploymentEvent, ReleaseEvent } from '../../src/core/event.ts'

/**
 * Events with everything a test does not care about filled in. Releases are `a`, `b`, `c`; time is counted in days.
 */

const DAY = 24 * 60 * 60 * 1000

/** Instant `n` days (fractions too) after the start of the tests' calendar, 1 March 2026. */
export const day = (n: number): number => Date.UTC(2026, 2, 1) + Math.round(n * DAY)

export const hours = (n: number): number => n * 60 * 60 * 1000

/** A success in production on day 1. */
export const aDeployment = (facts: Partial<DeploymentEvent> = {}): DeploymentEvent => ({
  type: 'deployment',
  service: 'checkout-api',
  environment: 'production',
  tier: 'production',
  version: 'a',
  status: 'succeeded',
  action: 'deploy',
  at: facts.finishedAt ?? facts.startedAt ?? day(1),
  ...facts,
})

export const aRelease = (facts: Partial<ReleaseEvent> = {}): ReleaseEvent => ({
  type: 'release',
  service: 'checkout-api',
  version: 'a',
  at: facts.publishedAt ?? day(1),
  ...facts,
})

/** One sighting in production on day 2. */
export const aDefect = (facts: Partial<DefectEvent> = {}): DefectEvent => {
  const at = facts.at ?? facts.occurredAt ?? day(2)
  return {
    type: 'defect',
    title: 'Capture fails with 409',
    service: 'checkout-api',
    environment: 'production',
    tier: 'production',
    at,
    occurredAt: at,
    count: 1,
    ...facts,
  }
}
