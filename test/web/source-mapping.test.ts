import { expect, test } from 'vitest'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { openPages, textOf } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')
const PATH = '/setup/sources/generic/mapping'
const SECRET = 'a-secret-for-the-tests'
const FORM = {
  makes: 'deployment',
  'fields.service': '$.app',
  'fields.version': '$.tag',
  'fields.environment': 'production',
  'fields.title': '$.unused',
  statuses: 'Fine = succeeded',
}

async function open(options: Parameters<typeof openPages>[1] = {}) {
  const pages = await openPages(onSqlite, options)
  await createSource(pages.store, pages.deps.secretBox, { kind: 'generic', secret: SECRET }, 0)
  const answer = await pages.app.request('/hooks/generic', {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
    body: '{"app":"checkout","tag":"1.0.0"}',
  })
  expect(answer.status).toBe(202)
  await pages.deps.processor.runUntilIdle()
  return pages
}

test('a mapping is tried on what arrived, saved, and read by', async () => {
  const pages = await open()
  expect(textOf(await pages.read(PATH))).toContain('"app": "checkout"')
  const tried = await pages.submit(PATH, { ...FORM, do: 'try' })
  expect(tried.status).toBe(200)
  expect(textOf(await tried.text())).toContain('Deployment of checkout 1.0.0 to production, succeeded')
  expect(await pages.read('/releases')).not.toContain('checkout')

  expect((await pages.submit(PATH, { ...FORM, do: 'save' })).headers.get('Location')).toBe(`${PATH}?saved=yes`)
  await pages.deps.processor.runUntilIdle()
  const saved = await pages.read(`${PATH}?saved=yes`)
  expect(saved).toContain('being read again')
  expect(saved).toContain('fine = succeeded')
  expect(await pages.read('/')).toContain('checkout')
})

test('what a payload lacks is told with where it was looked for', async () => {
  const pages = await open()
  const tried = await pages.submit(PATH, { ...FORM, 'fields.status': '$.tag', do: 'try' })
  expect(textOf(await tried.text())).toMatch(/Unreadable: status must be .* \(from \$\.tag\)/)
})

test('a mapping that cannot be read is refused beside its field, with what was typed', async () => {
  const pages = await open()
  const refused = await pages.submit(PATH, { ...FORM, 'fields.version': '$..tag', whenPick: 'event', do: 'save' })
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toContain('href="#f-fields.version"')
  expect(html).toContain('href="#f-whenPick"')
  expect(html).toContain('value="$..tag"')
})

test('any of the last deliveries can be looked at', async () => {
  const pages = await open()
  await pages.app.request('/hooks/generic', {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
    body: '{"app":"ledger"}',
  })
  const html = await pages.read(PATH)
  expect(textOf(html)).toContain('"app": "ledger"')
  const [, older] = [...html.matchAll(/href="([^"]+\?delivery=\d+)"/g)].map(([, href]) => href)
  expect(textOf(await pages.read(older as string))).toContain('"app": "checkout"')
})

test('a mapping is for admins, and for sources that need one', async () => {
  const pages = await open({ role: 'engineer' })
  expect((await pages.submit(PATH, FORM)).status).toBe(403)
  expect(await pages.read(PATH)).not.toContain('Save mapping')
  expect((await pages.visit('/setup/sources/api/mapping')).status).toBe(404)
})
