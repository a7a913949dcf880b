import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOpen } from '../../../src/core/defect/defect-course.ts'
import type { DefectStatus, Severity } from '../../../src/core/event.ts'
import {
  askedVersions,
  askedWords,
  holdsVersion,
  searchWords,
  titleWords,
} from '../../../src/core/text/search-words.ts'
import type { Db } from '../../../src/store/database.ts'
import {
  DEFECT_SORTS,
  type DefectFilter,
  type DefectPage,
  type DefectPosition,
  type DefectSort,
  listDefects,
} from '../../../src/store/defects/defect-list.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const STATUSES: readonly DefectStatus[] = [
  'open',
  'triaged',
  'in-progress',
  'fixed',
  'verified',
  'wont-fix',
  'regressed',
]
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const ATTRIBUTIONS = ['attributed', 'suspected', 'unattributed'] as const

interface Sample {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly serviceId: number | null
  readonly environmentId: number | null
  readonly suspectReleaseId: number | null
  readonly attribution: string
  readonly assigneeId: number | null
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly sources: readonly number[]
  readonly mergedIntoId: number | null
}

/** A hundred and some, with many ties in everything that is sorted by. */
const samples: readonly Sample[] = Array.from({ length: 140 }, (_, i) => ({
  id: i + 1,
  title: ['Capture fails', 'Search is slow', 'Übergabe bricht ab', '100% wrong', 'a_b'][i % 5] as string,
  severity: SEVERITIES[(i * 7) % 4] as Severity,
  status: STATUSES[(i * 5) % 7] as DefectStatus,
  serviceId: i % 9 === 0 ? null : (i % 2) + 1,
  environmentId: i % 4 === 0 ? null : i % 3 === 0 ? 2 : 1,
  suspectReleaseId: i % 3 === 0 ? null : (i % 4) + 1,
  attribution: i % 3 === 0 ? 'unattributed' : (ATTRIBUTIONS[i % 2] as string),
  assigneeId: i % 7 === 0 ? (i % 2) + 1 : null,
  firstSeenAt: day(Math.floor((i * 13) % 40)),
  lastSeenAt: day(40 + ((i * 11) % 10)),
  occurrences: (i * 3) % 8,
  sources: i % 5 === 0 ? [1, 2] : [1],
  // The first is what the tenth, twentieth … turned out to be.
  mergedIntoId: i > 0 && i % 10 === 0 ? 1 : null,
}))

async function fill(db: Db): Promise<void> {
  for (const id of [1, 2])
    await db
      .insertInto('services')
      .values({ id, name: `service-${id}`, order_policy: 'semver', created_at: 0 })
      .execute()
  for (const [i, name] of ['production', 'staging'].entries())
    await db
      .insertInto('environments')
      .values({ id: i + 1, name, tier: name, created_at: 0 })
      .execute()
  for (const id of [1, 2, 3, 4])
    await db
      .insertInto('releases')
      .values({
        id,
        service_id: (id % 2) + 1,
        version: `${id}.0.0`,
        facts_json: '{}',
        kind: 'minor',
        order_key: String(id),
        withdrawn: 0,
        first_known_at: 0,
      })
      .execute()
  for (const id of [1, 2])
    await db
      .insertInto('users')
      .values({
        id,
        email: `${id}@example.com`,
        name: `Person ${id}`,
        role: 'engineer',
        password_hash: '',
        created_at: 0,
      })
      .execute()
  for (const id of [1, 2])
    await db
      .insertInto('sources')
      .values({ id, slug: `source-${id}`, kind: 'native', name: `Source ${id}`, enabled: 1, created_at: 0 })
      .execute()
  await db.insertInto('defects').values(samples.map(toRow)).execute()
  await db
    .insertInto('reports')
    .values(
      samples.flatMap(({ id, sources }) =>
        sources.map((source) => ({
          source_id: source,
          identity: `d${id}`,
          defect_id: id,
          facts_json: '{}',
          first_said_at: 0,
          occurrences: 1,
        })),
      ),
    )
    .execute()
}

const toRow = (sample: Sample) => ({
  id: sample.id,
  title: sample.title,
  title_words: titleWords(sample.title),
  severity: sample.severity,
  status: sample.status,
  open: (isOpen(sample.status) ? 1 : 0) as 0 | 1,
  service_id: sample.serviceId,
  environment_id: sample.environmentId,
  suspect_release_id: sample.suspectReleaseId,
  suspect_probability: sample.suspectReleaseId === null ? null : 0.5,
  attribution: sample.attribution,
  attribution_method: 'attribution-v1',
  assignee_id: sample.assigneeId,
  first_seen_at: sample.firstSeenAt,
  last_seen_at: sample.lastSeenAt,
  detected_at: sample.firstSeenAt,
  occurrences: sample.occurrences,
  status_at: sample.firstSeenAt,
  merged_into_id: sample.mergedIntoId,
  fixed_in_json: '[]',
  decisions_json: '{}',
})

/** Every word asked for begins one of the title, and its versions are there; without words it is the text itself. */
function hasText(title: string, text: string): boolean {
  const words = askedWords(text)
  return words.length === 0
    ? title.includes(text)
    : words.every((word) => searchWords(title).some((one) => one.startsWith(word))) &&
        askedVersions(text).every((version) => holdsVersion(title, version))
}

/** What the list should hold, worked out the plain way. */
function expected(filter: DefectFilter, sort: DefectSort): number[] {
  const any = <T>(list: readonly T[] | undefined, value: T) => !list?.length || list.includes(value)
  const column = sort === 'worst' ? 'first_seen' : sort.replace('-', '')
  const value = (sample: Sample) =>
    column === 'first_seen' ? sample.firstSeenAt : column === 'last_seen' ? sample.lastSeenAt : sample.occurrences
  const down = sort === 'worst' || sort.startsWith('-') ? -1 : 1
  return samples
    .filter(
      (sample) =>
        sample.mergedIntoId === null &&
        any(filter.severities, sample.severity) &&
        any(filter.statuses, sample.status) &&
        any(filter.attributions, sample.attribution) &&
        (filter.serviceIds === undefined ||
          (sample.serviceId !== null && filter.serviceIds.includes(sample.serviceId))) &&
        (filter.environmentId === undefined || sample.environmentId === filter.environmentId) &&
        (filter.suspectReleaseId === undefined || sample.suspectReleaseId === filter.suspectReleaseId) &&
        (filter.assigneeId === undefined || sample.assigneeId === filter.assigneeId) &&
        (filter.sourceId === undefined || sample.sources.includes(filter.sourceId)) &&
        hasText(sample.title, filter.text ?? ''),
    )
    .sort(
      (a, b) =>
        (sort === 'worst' ? (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0) : 0) ||
        down * (value(a) - value(b) || a.id - b.id),
    )
    .map(({ id }) => id)
}

async function everyPage(
  db: Db,
  filter: DefectFilter,
  options: { sort: DefectSort; limit: number; few?: number; lookAt?: number },
): Promise<DefectPage[]> {
  const pages: DefectPage[] = []
  let after: DefectPosition | undefined
  do {
    const page = await listDefects(db, filter, { ...options, after })
    pages.push(page)
    after = page.next ?? undefined
    if (pages.length > 400) throw new Error('the pages never end')
  } while (after)
  return pages
}

const idsOf = (pages: readonly DefectPage[]): number[] => pages.flatMap(({ rows }) => rows.map(({ id }) => id))

const everyFilter = fc.record({
  severities: fc.subarray([...SEVERITIES], { minLength: 1 }),
  statuses: fc.subarray([...STATUSES], { minLength: 1 }),
  attributions: fc.subarray([...ATTRIBUTIONS], { minLength: 1 }),
  serviceIds: fc.constantFrom([1], [2], [1, 2]),
  environmentId: fc.constantFrom(1, 2),
  suspectReleaseId: fc.constantFrom(1, 2, 3),
  assigneeId: fc.constantFrom(1, 2, null),
  sourceId: fc.constantFrom(1, 2),
  text: fc.constantFrom('fails', 'SEARCH', 'sl sea', '%', '_', 'bricht', 'übergabe', 'nothing'),
})
const NAMES = [
  'severities',
  'statuses',
  'attributions',
  'serviceIds',
  'environmentId',
  'suspectReleaseId',
  'assigneeId',
  'sourceId',
  'text',
] as const
/** Up to three conditions at once: with more, next to nothing is left to page through. */
const filters: fc.Arbitrary<DefectFilter> = fc
  .tuple(everyFilter, fc.subarray([...NAMES], { maxLength: 3 }))
  .map(([all, names]) => Object.fromEntries(names.map((name) => [name, all[name]])))

describeOnEachEngine('the list of defects', (openTestStore) => {
  const numRuns = openTestStore.engine === 'sqlite' ? 60 : 25

  test('visits every match exactly once and in order, page by page', async () => {
    const { db } = await openTestStore()
    await fill(db)
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom(...DEFECT_SORTS),
        fc.integer({ min: 4, max: 60 }),
        async (filter, sort, limit) => {
          const pages = await everyPage(db, filter, { sort, limit })
          expect(idsOf(pages)).toEqual(expected(filter, sort))
          expect(pages[0]?.total).toEqual({ count: expected(filter, sort).length, atLeast: false })
        },
      ),
      { numRuns },
    )
  })

  test('visits every match exactly once and in order when there are too many to sort', async () => {
    const { db } = await openTestStore()
    await fill(db)
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.constantFrom(...(['worst', 'first_seen', '-first_seen'] as const)),
        fc.integer({ min: 4, max: 60 }),
        fc.integer({ min: 8, max: 60 }),
        async (filter, sort, limit, lookAt) => {
          const pages = await everyPage(db, filter, { sort, limit, lookAt, few: 0 })
          expect(idsOf(pages)).toEqual(expected(filter, sort))
        },
      ),
      { numRuns },
    )
  })

  test('a page that stops looking before it is full says so and where it goes on', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const rare: DefectFilter = { environmentId: 99 }
    const page = await listDefects(db, rare, { sort: '-first_seen', limit: 50, few: 10, lookAt: 20 })
    expect(page.rows).toEqual([])
    expect(page.stoppedAfter).toBe(20)
    expect(page.next).not.toBeNull()
    expect(page.total).toBeNull()
  })

  test('more than can be counted are "at least", fewer are counted', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const all = expected({}, 'worst').length
    expect((await listDefects(db, {}, { sort: 'worst', limit: 5, few: 20 })).total).toEqual({
      count: 20,
      atLeast: true,
    })
    expect((await listDefects(db, {}, { sort: 'worst', limit: 5 })).total).toEqual({ count: all, atLeast: false })
  })

  test('too many to sort by occurrences come worst first instead, and the page says so', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const page = await listDefects(db, {}, { sort: '-occurrences', limit: 200, few: 20 })
    expect(page.sort).toBe('worst')
    expect(page.rows.map(({ id }) => id)).toEqual(expected({}, 'worst'))
  })

  test('a search takes wildcards as the characters they are', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const titles = async (text: string) =>
      new Set((await listDefects(db, { text }, { sort: 'worst', limit: 200 })).rows.map(({ title }) => title))
    expect(await titles('%')).toEqual(new Set(['100% wrong']))
    expect(await titles('_')).toEqual(new Set(['a_b']))
    expect(await titles('A_B')).toEqual(new Set(['a_b', 'Übergabe bricht ab']))
    expect(await titles('!')).toEqual(new Set())
  })

  test('a version is one thing, not the numbers it is made of', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const titles = [
      'Branch 3.1 is unstable',
      'Page 3 of 1 is empty',
      'Since 2.3.1, 3 in 1',
      'Hive 3.10 hangs',
      'v3.1.0 3',
    ]
    for (const [i, title] of titles.entries())
      await db
        .updateTable('defects')
        .set({ title, title_words: titleWords(title) })
        .where('id', '=', i + 3)
        .execute()
    const found = async (text: string) =>
      new Set((await listDefects(db, { text }, { sort: 'worst', limit: 200 })).rows.map(({ title }) => title))
    expect(await found('3.1')).toEqual(new Set([titles[0], titles[3], titles[4]]))
    expect(await found('3.1 unst')).toEqual(new Set([titles[0]]))
    expect(await found('3 1')).toEqual(new Set(titles))
  })

  test('whatever is typed is looked for and never an error', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const odd = [
      '"',
      '\0',
      "'",
      "''",
      '"a',
      'a:* & !b',
      'fails OR slow',
      'NEAR(a b)',
      'title_words:x',
      '-',
      '*',
      '\\',
      '^a',
      '(',
      'ﬁ ½ 🙂',
    ]
    const typed = fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        const filter = { text }
        expect(idsOf(await everyPage(db, filter, { sort: 'worst', limit: 200 }))).toEqual(expected(filter, 'worst'))
      }),
      { numRuns },
    )
  })

  test('what few titles have is found without looking at others', async () => {
    const { db } = await openTestStore()
    await fill(db)
    await db
      .updateTable('defects')
      .set({ title: 'Umlaufbahn', title_words: titleWords('Umlaufbahn') })
      .where('id', 'in', [3, 4])
      .execute()
    const page = await listDefects(db, { text: 'UMLAUF' }, { sort: '-occurrences', limit: 5, few: 2, lookAt: 1 })
    expect(new Set(page.rows.map(({ id }) => id))).toEqual(new Set([3, 4]))
    expect([page.total, page.stoppedAfter, page.sort]).toEqual([{ count: 2, atLeast: false }, null, '-occurrences'])
  })

  test('words that are there no longer, or went with their defect, find nothing', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const found = async (text: string) => (await listDefects(db, { text }, { sort: 'worst', limit: 200 })).total?.count
    const before = (await found('übergabe')) as number
    expect(before).toBeGreaterThan(2)
    await db
      .updateTable('defects')
      .set({ title: 'Handover', title_words: titleWords('Handover') })
      .where('id', '=', 3)
      .execute()
    expect([await found('übergabe'), await found('handover')]).toEqual([before - 1, 1])
    await db.deleteFrom('reports').where('defect_id', '=', 8).execute()
    await db.deleteFrom('defects').where('id', '=', 8).execute()
    expect(await found('übergabe')).toBe(before - 2)
  })

  test('a row names its service, environment, owner and suspect', async () => {
    const { db } = await openTestStore()
    await fill(db)
    const { rows } = await listDefects(db, { serviceIds: [1], assigneeId: 1 }, { sort: 'worst', limit: 200 })
    expect(rows.find(({ id }) => id === 15)).toMatchObject({
      service: 'service-1',
      environment: 'production',
      assignee: 'Person 1',
      suspect: { service: 'service-2', version: '3.0.0', probability: 0.5 },
    })
  })
})
