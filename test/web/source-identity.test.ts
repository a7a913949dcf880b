import { expect, test } from 'vitest'
import { openPages, textOf, YES } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')
const PATH = '/setup/sources/api/identity'

async function openWithDefects(options: Parameters<typeof openPages>[1] = {}) {
  const pages = await openPages(onSqlite, options)
  for (const id of ['A-1', 'A-2'])
    expect((await pages.post('/api/v1/defects', { title: 'Timeout', service: 'shop', id })).status).toBe(202)
  return pages
}

test('a rule is tried, saved, applied to the past and removed', async () => {
  const { read, submit, deps } = await openWithDefects()
  expect(textOf(await read(PATH))).toContain('No rules yet')
  const typed = { kind: 'fields', name: 'incident', fields: 'service' }
  const tried = textOf(await (await submit(PATH, { ...typed, do: 'try' })).text())
  expect(tried).toContain('shop 2 no other source yet')
  expect(textOf(await read(PATH))).toContain('No rules yet')

  expect((await submit(PATH, { ...typed, do: 'save' })).status).toBe(303)
  expect(textOf(await read(PATH))).toContain('The same incident : service')
  await submit('/setup/sources/api/replay')
  await deps.processor.runUntilIdle()
  expect(textOf(await read('/defects'))).toContain('1–1 of 1')

  const removal = /href="([^"]+\/removal)"/.exec(await read(PATH))?.[1] ?? ''
  expect((await submit(removal, YES)).status).toBe(303)
  expect(textOf(await read('/defects'))).toContain('1–2 of 2')
})

test('what cannot be a rule is said at its field; a source that is not there has none', async () => {
  const { submit, visit } = await openWithDefects()
  const refused = await submit(PATH, { kind: 'fields', name: '', fields: 'service', do: 'save' })
  expect(refused.status).toBe(422)
  expect(textOf(await refused.text())).toContain('Name it with letters')
  expect((await visit('/setup/sources/nobody/identity')).status).toBe(404)
})

test('only an admin changes it', async () => {
  const { read, submit } = await openWithDefects({ role: 'engineer' })
  expect(textOf(await read(PATH))).toContain('Only release managers and admins can change these.')
  expect((await submit(PATH, { kind: 'names', do: 'save' })).status).toBe(403)
})
