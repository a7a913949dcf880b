import { THE_SYSTEM } from '../../src/core/audit/entry.ts'
import { inviteUser } from '../../src/operations/access/account-links.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { identityHandle } from '../../src/operations/access/outside-identities.ts'
import { addIdentityRule } from '../../src/operations/defects/identity-rules.ts'
import { saveTarget } from '../../src/operations/emergency/ci-targets.ts'
import { saveOnCallSchedule } from '../../src/operations/oncall/save-schedule.ts'
import { addServiceRule } from '../../src/operations/sources/map-names.ts'
import { insertIdentity } from '../../src/store/access/outside-identities.ts'
import { insertChannel } from '../../src/store/notifications/channels.ts'
import { findSourceBySlug } from '../../src/store/sources/sources.ts'
import type { Deps } from '../../src/web/deps.ts'
import { anything } from './channels.ts'
import { addPerson } from './people.ts'

const IDENTITY = { issuer: 'https://id.example', subject: 'eve-7' }
/** Under what a form speaks of the identity. */
export const IDENTITY_HANDLE = identityHandle(IDENTITY)

/**
 * Makes one of each thing that somebody may take away, reports aside (support/reports.ts).
 * @param place where something was deployed; its CI is asked for nothing
 */
export async function makeRemovable(
  { store, secretBox, config, clock }: Deps,
  place: { readonly service: string; readonly environment: string },
) {
  const now = clock()
  const by = { actor: THE_SYSTEM, now }
  const { db } = store
  const allow = config.outbound.allow
  const { id: tokenId } = await createApiToken(
    store,
    { name: 'ci-deploys', scopes: ['read'], services: undefined },
    now,
  )
  const userId = await addPerson(db, { email: 'eve@example.com', name: 'Eve', role: 'engineer' })
  await insertIdentity(db, { ...IDENTITY, userId }, now)
  const invited = { email: 'dan@example.com', name: 'Dan', role: 'viewer', services: undefined }
  if ((await inviteUser(store, invited, by)).kind !== 'made') throw new Error('nobody was invited')
  const settings = {
    ...{ name: 'On-call', shown: 'ana@b.example and 2 more', settingsJson: JSON.stringify({ to: 'ana@b.example' }) },
    ...{ subscription: anything({ services: ['checkout-api'] }), capPerHour: 20, digestMinutes: 0, enabled: true },
  }
  const channelId = await store.transaction((trx) =>
    insertChannel(trx, 'mail', settings, undefined, { name: 'Ana', now }),
  )
  const written = { kind: 'rotation', names: 'Ana\nBen', starts: '2026-01-05T09:00', every: '1', unit: 'weeks' }
  const turns = { id: undefined, service: '', address: '', written: { ...written, zone: 'UTC', overrides: '' } }
  const schedule = await saveOnCallSchedule({ store, secretBox, allow }, turns, by)
  const ci = { ...place, kind: 'gitlab', settings: { project: 'shop/checkout-api' }, secret: 'glptt-0123456789' }
  const target = await saveTarget({ store, secretBox, allow }, ci, { ...THE_SYSTEM, now })
  const source = await findSourceBySlug(db, 'api')
  if (schedule.kind !== 'saved' || target.kind !== 'saved' || !source) throw new Error('not all was made')
  const name = { field: 'service', pattern: 'acme/*', service: 'checkout-api', forAllSources: false }
  await addServiceRule(store, source.id, name, { now, by: THE_SYSTEM })
  await addIdentityRule(store, source.id, { kind: 'fields', name: 'incident', fields: ['label.alertname'] }, now)
  return { tokenId, userId, channelId, scheduleId: schedule.id, targetId: target.id }
}
