import type { DefectAttributed } from '../../src/core/notifications/announcement.ts'
import { EVENTS } from '../../src/core/notifications/announcement.ts'
import type { Subscription } from '../../src/core/notifications/subscription.ts'
import type { Store } from '../../src/store/database.ts'
import { insertChannel } from '../../src/store/notifications/channels.ts'
import { day } from './factories.ts'

/** Hears everything. */
export const anything = (limits: Partial<Subscription> = {}): Subscription => ({
  events: EVENTS,
  services: [],
  environments: [],
  leastSeverity: 'S4',
  ...limits,
})

/** Happened on day 2. */
export const aSuspicion = (facts: Partial<DefectAttributed> = {}): DefectAttributed => ({
  event: 'defect-attributed',
  key: 'defect-attributed:7:checkout-api:b',
  at: day(2),
  service: 'checkout-api',
  environment: 'production',
  defect: { id: 7, title: 'Capture fails with 409', severity: 'S1' },
  release: { service: 'checkout-api', version: 'b' },
  probability: 0.82,
  reason: 'It was first seen 4 minutes after b went live.',
  ...facts,
})

let names = 0

/** A channel that only listens: no secret, nowhere to send to. Made on day 0. */
export const listeningChannel = (store: Store, limits: Partial<Subscription> = {}, enabled = true): Promise<number> =>
  store.transaction((trx) =>
    insertChannel(
      trx,
      'webhook',
      {
        name: `Channel ${++names}`,
        shown: 'hooks.example',
        settingsJson: '{}',
        subscription: anything(limits),
        capPerHour: 20,
        digestMinutes: 0,
        enabled,
      },
      undefined,
      { name: 'Ana', now: day(0) },
    ),
  )
