import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { receiveDelivery } from '../../src/operations/intake/receive-delivery.ts'
import { SourceDirectory } from '../../src/operations/sources/source-directory.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { readFixtures } from '../sources/conformance.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

/**
 * What a sender tells of one defect from its first sighting on, delivery by delivery, ends in the same state in whatever
 * order it arrives.
 */

const SECRET = 'a-secret-for-the-tests'
const hex = ({ body }: RawDelivery) => createHmac('sha256', SECRET).update(body).digest('hex')
const bearer = () => ({ authorization: `Bearer ${SECRET}` })

interface Course {
  readonly kind: string
  readonly sign: (delivery: RawDelivery) => Record<string, string>
  /** Names of fixtures, as the sender sends them. */
  readonly told: readonly string[]
  readonly ends: object
}

const COURSES: readonly Course[] = [
  {
    kind: 'alertmanager',
    sign: bearer,
    told: ['firing', 'resolved'],
    ends: { status: 'fixed', severity: 'S1', occurrences: 1, service: 'checkout-api' },
  },
  {
    kind: 'sentry',
    sign: (delivery) => ({ 'sentry-hook-signature': hex(delivery) }),
    told: ['issue.created', 'event_alert.triggered', 'issue.resolved'],
    ends: { status: 'fixed', severity: 'S2', occurrences: 2, service: 'checkout-api' },
  },
  {
    kind: 'pagerduty',
    sign: (delivery) => ({ 'x-pagerduty-signature': `v1=${hex(delivery)}` }),
    told: [
      'incident.triggered',
      'incident.acknowledged',
      'incident.custom_field_values.updated',
      'incident.resolved',
      'incident.reopened',
    ],
    ends: { status: 'open', severity: 'S1', occurrences: 1, service: 'checkout-api', environment: 'production' },
  },
  {
    kind: 'jira',
    sign: (delivery) => ({ 'x-hub-signature': `sha256=${hex(delivery)}` }),
    told: ['issue_created', 'issue_updated.in-progress', 'issue_updated.summary', 'issue_updated.resolved'],
    ends: { status: 'fixed', severity: 'S1', occurrences: 1, service: 'PAY' },
  },
  {
    kind: 'opsgenie',
    sign: bearer,
    told: ['create', 'acknowledge', 'update-priority', 'close'],
    ends: { status: 'fixed', severity: 'S1', occurrences: 1, service: 'checkout-api' },
  },
]

describeOnEachEngine('what a sender tells of a defect', (openTestStore) => {
  test.each(COURSES.map((course) => [course.kind, course] as const))('%s, in any order', async (_, course) => {
    const forth = deliveriesOf(course)
    const orders = [forth, forth.toReversed(), [...forth, ...forth]]
    for (const order of orders) expect(await defectsAfter(openTestStore, course, order)).toMatchObject([course.ends])
  })

  test('an alert that fires again is seen twice and open again', async () => {
    const [firing, resolved] = deliveriesOf(COURSES[0] as Course) as [RawDelivery, RawDelivery]
    const text = Buffer.from(firing.body).toString('utf8')
    const again = { ...firing, body: Buffer.from(text.replaceAll('10:03:45', '10:04:45')) }
    for (const order of [
      [firing, resolved, again],
      [again, resolved, firing],
    ])
      expect(await defectsAfter(openTestStore, COURSES[0] as Course, order)).toMatchObject([
        { status: 'open', occurrences: 2 },
      ])
  })
})

function deliveriesOf({ kind, told }: Course): RawDelivery[] {
  const fixtures = new Map(readFixtures(kind).map(({ name, delivery }) => [name, delivery]))
  return told.map((name) => fixtures.get(name) as RawDelivery)
}

async function defectsAfter(openTestStore: OpenTestStore, course: Course, order: readonly RawDelivery[]) {
  const place = await openTestStore.newPlace()
  const store = await openTestStore(place)
  const parts = await processingOn(store, () => order[0]?.receivedAt ?? 0)
  const secretBox = openSecretBox(`${place.dataDir}/key`)
  await createSource(store, secretBox, { kind: course.kind, secret: SECRET }, 0)
  const known = await new SourceDirectory(store, secretBox, () => 0).find(course.kind)
  for (const delivery of order) {
    const headers = { ...delivery.headers, ...course.sign(delivery) }
    expect(await receiveDelivery(parts, known, { ...delivery, headers })).not.toEqual({ answer: 'unauthorised' })
    await parts.processor.runUntilIdle()
  }
  return await store.db
    .selectFrom('defects as d')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .select(['d.status', 'd.severity', 'd.occurrences', 's.name as service', 'e.name as environment'])
    .execute()
}
