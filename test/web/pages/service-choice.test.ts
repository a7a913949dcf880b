import { expect, test } from 'vitest'
import { MOST_SERVICES, readServices } from '../../../src/web/pages/service-choice.ts'
import { askedQueries } from '../../support/asked-queries.ts'
import { testStoresOn } from '../../support/stores.ts'

const onSqlite = testStoresOn('sqlite')

async function known(...names: string[]) {
  const { db } = await onSqlite()
  await db
    .insertInto('services')
    .values(names.map((name, i) => ({ id: i + 1, name, order_policy: 'auto', created_at: 0 })))
    .execute()
  return db
}

test('none is all of them', async () => {
  const db = await known('search')
  expect(await readServices(db, [])).toEqual({ services: [], ids: undefined, text: '', remarks: [] })
  expect((await readServices(db, ['', ' '])).ids).toBeUndefined()
})

test('a list is as good as the same parameter several times, and each counts once', async () => {
  const db = await known('checkout-api', 'search', 'mailer')
  for (const values of [['search,mailer'], ['search', 'mailer'], [' search , mailer ', 'search']])
    expect(await readServices(db, values)).toEqual({
      services: [
        { id: 2, name: 'search' },
        { id: 3, name: 'mailer' },
      ],
      ids: [2, 3],
      text: 'search,mailer',
      remarks: [],
    })
})

test('a comma may be part of a name', async () => {
  const db = await known('Orders, EU', 'search', 'Orders')
  const read = async (value: string) => (await readServices(db, [value])).services.map(({ name }) => name)
  expect(await read('Orders, EU')).toEqual(['Orders, EU'])
  const [, both] = [await read('search'), await readServices(db, ['search,Orders, EU'])]
  expect(both.services.map(({ name }) => name)).toEqual(['search', 'Orders, EU'])
  expect(await read(both.text)).toEqual(['search', 'Orders, EU'])
  expect(await read('Orders,search')).toEqual(['Orders', 'search'])
})

test('what is not there is said, and the others are shown; all of them when there are none', async () => {
  const db = await known('search')
  expect(await readServices(db, ['serach,search'])).toMatchObject({
    ids: [1],
    remarks: ['Unknown service ‘serach’. Showing the others.'],
  })
  expect(await readServices(db, ['serach,mailer'])).toMatchObject({
    ids: undefined,
    text: '',
    remarks: ['Unknown service ‘serach’, ‘mailer’. Showing all services.'],
  })
})

test('what is looked up has a bound, however long an address is', async () => {
  const db = await known('search')
  const values = Array.from({ length: 900 }, (_, i) => `a${i},b`)
  const queries = await askedQueries(db, (noting) => readServices(noting, values))
  const asked = queries.flatMap(({ parameters }) => parameters)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThan(500)
})

test('there is a limit to how many', async () => {
  const names = Array.from({ length: MOST_SERVICES + 5 }, (_, i) => `service-${i}`)
  const { ids, text, remarks } = await readServices(await known(...names), names)
  expect(ids).toHaveLength(MOST_SERVICES)
  expect(text.split(',')).toEqual(names.slice(0, MOST_SERVICES))
  expect(remarks).toEqual([`No more than ${MOST_SERVICES} services are shown at once: the first of these.`])
})
