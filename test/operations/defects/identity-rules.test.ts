import { expect, test } from 'vitest'
import {
  addIdentityRule,
  readIdentityRule,
  removeIdentityRule,
  tryIdentityRule,
} from '../../../src/operations/defects/identity-rules.ts'
import { splitDefect } from '../../../src/operations/defects/merge-defects.ts'
import { applyToPast } from '../../../src/operations/sources/map-names.ts'
import { listIdentityRules } from '../../../src/store/defects/identity-rules.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const NOW = day(10)
const iso = (n: number) => new Date(day(n)).toISOString()

const alert = (fingerprint: string, labels: Record<string, string> = {}) => ({
  version: '4',
  groupKey: 'g',
  status: 'firing',
  receiver: 'postflight',
  alerts: [
    {
      status: 'firing',
      fingerprint,
      labels: { alertname: 'HighErrors', service: 'checkout', ...labels },
      annotations: { summary: 'Too many errors' },
      startsAt: iso(2),
      endsAt: '0001-01-01T00:00:00Z',
    },
  ],
})

/** Our own JSON as two trackers send it, and an Alertmanager. */
async function open(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const { processor, liveEvents } = await processingOn(store, () => NOW)
  const add = (slug: string, kind: string) => insertSource(store.db, { slug, kind, name: slug, createdAt: 0 })
  const sources = {
    alerts: { id: await add('alerts', 'alertmanager'), kind: 'alertmanager' },
    tickets: { id: await add('tickets', 'native'), kind: 'native' },
    errors: { id: await add('errors', 'native'), kind: 'native' },
  }
  let sent = 0
  const send = async (source: keyof typeof sources, payload: unknown) => {
    const body = Buffer.from(JSON.stringify(payload))
    await store.inbox.append({
      sourceId: sources[source].id,
      deliveryKey: `d${sent++}`,
      bodySha256: `b${sent}`,
      receivedAt: NOW,
      headersJson: '{"content-type":"application/json"}',
      body,
    })
    await processor.runUntilIdle()
  }
  return {
    store,
    liveEvents,
    sources,
    alert: (fingerprint: string, labels?: Record<string, string>) => send('alerts', alert(fingerprint, labels)),
    ticket: (item: Record<string, unknown>) => send('tickets', { title: 'Ticket', occurredAt: iso(3), ...item }),
    error: (item: Record<string, unknown>) => send('errors', { title: 'Error', occurredAt: iso(3), ...item }),
    rule: (source: keyof typeof sources, kind: string, fields = '', name = 'incident') =>
      addIdentityRule(store, sources[source].id, readIdentityRule({ kind, name, fields }), NOW),
    async again() {
      for (const { id } of Object.values(sources)) {
        await applyToPast({ store, processor }, id, { now: 0 })
        await processor.runUntilIdle()
      }
    },
    async remove(source: keyof typeof sources) {
      const [rule] = await listIdentityRules(store.db, sources[source].id)
      return removeIdentityRule(store, sources[source].id, rule?.id ?? 0, NOW)
    },
    /** The defects that there are, each as the sources it is known from. */
    async defects() {
      const rows = await store.db
        .selectFrom('reports as r')
        .innerJoin('sources as s', 's.id', 'r.source_id')
        .innerJoin('defects as d', 'd.id', 'r.defect_id')
        .select(['d.id', 's.slug'])
        .where('d.merged_into_id', 'is', null)
        .orderBy('d.id')
        .orderBy('s.slug')
        .execute()
      const defects = new Map<number, string[]>()
      for (const { id, slug } of rows) defects.set(id, [...(defects.get(id) ?? []), slug])
      return [...defects.values()]
    },
  }
}

describeOnEachEngine('by rules of an operator', (openTestStore) => {
  test('reports with the same values in their fields are one defect, of one source and of others', async () => {
    const { alert: send, ticket, rule, defects } = await open(openTestStore)
    await rule('alerts', 'fields', 'label.alertname, service')
    await rule('tickets', 'fields', 'title, service')
    await rule('tickets', 'fields', 'id, service')
    await send('1')
    await send('2')
    await send('3', { alertname: 'Other' })
    await ticket({ id: 'higherrors', service: 'checkout' })
    expect(await defects()).toEqual([['alerts', 'alerts', 'tickets'], ['alerts']])
  })

  test('what came before follows when it is read again, and comes apart when the rule is taken back', async () => {
    const { alert: send, ticket, rule, again, remove, defects } = await open(openTestStore)
    await send('1')
    await ticket({ id: 'HighErrors', service: 'checkout' })
    await rule('alerts', 'fields', 'label.alertname')
    await rule('tickets', 'fields', 'id')
    expect(await defects()).toEqual([['alerts'], ['tickets']])
    await again()
    expect(await defects()).toEqual([['alerts', 'tickets']])
    expect(await remove('tickets')).toBe(true)
    expect(await defects()).toEqual([['alerts'], ['tickets']])
    await again()
    expect(await defects()).toEqual([['alerts'], ['tickets']])
    expect(await remove('tickets')).toBe(false)
  })

  test('a ticket is one with the error it links to, whichever comes first; two that link to one page are not', async () => {
    const url = 'https://errors.example/issues/42'
    for (const first of ['ticket', 'error'] as const) {
      const { ticket, error, rule, defects } = await open(openTestStore)
      await rule('tickets', 'names')
      await rule('errors', 'names')
      if (first === 'error') await error({ id: '42', url })
      await ticket({ id: 'PAY-1', description: `From ${url}/ and https://wiki.example/runbook` })
      await ticket({ id: 'PAY-2', description: 'See PAY-1 and https://wiki.example/runbook' })
      if (first === 'ticket') await error({ id: '42', url })
      expect((await defects()).sort()).toEqual([['errors', 'tickets'], ['tickets']])
    }
  })

  test('a number of ours in a text leads to that defect', async () => {
    const { alert: send, ticket, rule, remove, defects } = await open(openTestStore)
    await rule('tickets', 'names')
    await send('1')
    await ticket({ id: 'PAY-1', title: 'Errors (PF-1)' })
    await ticket({ id: 'PAY-2', title: 'Errors (PF-99)' })
    expect(await defects()).toEqual([['alerts', 'tickets'], ['tickets']])
    // It is the rule of the tickets, whatever the other source does with its own.
    await rule('alerts', 'names')
    await remove('alerts')
    expect(await defects()).toEqual([['alerts', 'tickets'], ['tickets']])
    await remove('tickets')
    expect(await defects()).toEqual([['alerts'], ['tickets'], ['tickets']])
  })

  test('a person stands above them', async () => {
    const { store, liveEvents, alert: send, ticket, rule, again, defects } = await open(openTestStore)
    await rule('alerts', 'fields', 'label.alertname')
    await rule('tickets', 'fields', 'id')
    await send('1')
    await ticket({ id: 'HighErrors' })
    const [report] = await store.db.selectFrom('reports').select('id').orderBy('id', 'desc').execute()
    const asking = { actor: { name: 'Ana' }, now: NOW }
    await splitDefect(
      { store, liveEvents },
      { defectId: 1, reportIds: [report?.id ?? 0], reason: 'another', ...asking },
    )
    await again()
    expect(await defects()).toEqual([['alerts'], ['tickets']])
  })

  test('are tried on what arrived without anything being kept', async () => {
    const { store, sources, alert: send, ticket, rule, defects } = await open(openTestStore)
    await rule('tickets', 'fields', 'id')
    await ticket({ id: 'HighErrors' })
    await send('1')
    await send('2', { alertname: 'Other' })
    await send('3', { alertname: 'Other', service: 'search' })
    const wanted = readIdentityRule({ kind: 'fields', name: 'Incident', fields: 'label.alertname' })
    const trial = await tryIdentityRule(store.db, sources.alerts, wanted)
    expect(trial).toMatchObject({ reports: 3, known: 3 })
    expect(trial.groups).toEqual([
      { key: 'other', reports: 2, others: [] },
      { key: 'higherrors', reports: 1, others: ['tickets'] },
    ])
    expect(trial.fields).toContain('label.alertname')
    expect(await defects()).toHaveLength(4)
  })
})

test('what cannot be a rule is refused by its field', () => {
  const reading = (name: string, fields: string) => () => readIdentityRule({ kind: 'fields', name, fields })
  expect(reading('In_cident', 'a')).toThrow(expect.objectContaining({ field: 'name' }))
  expect(reading('incident', ' , ')).toThrow(expect.objectContaining({ field: 'fields' }))
  expect(reading('incident', 'a,b,c,d,e,f')).toThrow(expect.objectContaining({ field: 'fields' }))
})
