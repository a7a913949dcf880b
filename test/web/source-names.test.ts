import { describe, expect, test } from 'vitest'
import { openPages, textOf, YES } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')
const PATH = '/setup/sources/api'

async function openWithDeployment(options: Parameters<typeof openPages>[1] = {}) {
  const pages = await openPages(onSqlite, options)
  const sent = { service: 'shop', version: '1.0.0', environment: 'production', id: 'run-1' }
  expect((await pages.post('/api/v1/deployments', sent)).status).toBe(202)
  return pages
}

describe('the names of a source', () => {
  test('that no rule matches become a service in one step, and past deliveries follow when asked', async () => {
    const pages = await openWithDeployment()
    expect(textOf(await pages.read(PATH))).toMatch(/service shop 1 delivery just now shop/)
    const saved = await pages.submit(`${PATH}/rules`, { field: 'service', pattern: 'shop', service: 'checkout' })
    expect(saved.status).toBe(303)
    const text = textOf(await pages.read(PATH))
    expect(text).toContain('service is shop checkout this source')
    expect(text).toContain('1 past delivery was read by what was said before.')

    expect((await pages.submit(`${PATH}/replay`)).status).toBe(303)
    expect(textOf(await pages.read(PATH))).toContain('being read again: 1 delivery left')
    await pages.deps.processor.runUntilIdle()
    const after = textOf(await pages.read(PATH))
    expect(after).not.toContain('past deliver')
    expect(after).toContain('A rule matches everything that came')
    expect(await pages.read('/')).toContain('checkout')
    expect(textOf(await (await pages.visit(`${PATH}/replay`, { part: true })).text())).toBe('')
  })

  test('can be ruled for all sources, have a default, and be let go again', async () => {
    const pages = await openWithDeployment()
    const rule = { field: 'service', pattern: 's*', service: 'checkout', everywhere: 'yes' }
    await pages.submit(`${PATH}/rules`, rule)
    await pages.submit(`${PATH}/default`, { default: 'monolith' })
    const html = await pages.read(PATH)
    expect(textOf(html)).toContain('service is s* checkout all sources')
    expect(html).toContain('value="monolith"')
    const removal = /href="(\/setup\/sources\/api\/rules\/\d+\/removal)"/.exec(html)?.[1] ?? ''
    expect((await pages.submit(removal, YES)).status).toBe(303)
    expect(textOf(await pages.read(PATH))).toContain('No rules yet.')
  })

  test('for severities are listed as they come, and mean what is said', async () => {
    const pages = await openWithDeployment()
    await pages.store.db
      .insertInto('severity_words')
      .values({ source_id: 1, word: 'p1', read_as: 'S2', severity: null })
      .execute()
    expect(textOf(await pages.read(PATH))).toContain('p1 S2, as usual')
    expect((await pages.submit(`${PATH}/severities`, { 'word.p1': 'S9' })).status).toBe(303)
    expect(await pages.read(PATH)).not.toContain('selected')
    expect((await pages.submit(`${PATH}/severities`, { 'word.p1': 'S1' })).status).toBe(303)
    expect(await pages.read(PATH)).toMatch(/value="S1" selected/)
  })

  test('are refused beside the field, with what was typed', async () => {
    const pages = await openWithDeployment()
    const refused = await pages.submit(`${PATH}/rules`, { field: 'service', pattern: '*a*', service: '"><i>x' })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('A pattern has at most one *.')
    expect(html).toContain('value="*a*"')
    expect(html).not.toContain('"><i>x')
  })

  test('are for admins to change, for everybody to see', async () => {
    const pages = await openWithDeployment({ role: 'engineer' })
    for (const path of ['rules', 'rules/1/removal', 'default', 'severities', 'replay'])
      expect((await pages.submit(`${PATH}/${path}`, { field: 'a', pattern: 'b', service: 'c' })).status).toBe(403)
    const html = await pages.read(PATH)
    expect(html).toContain('Only release managers and admins can change these.')
    expect(html).not.toContain('Add rule')
  })

  test('of nobody are not found', async () => {
    const pages = await openPages(onSqlite)
    expect((await pages.visit('/setup/sources/nobody')).status).toBe(404)
    expect((await pages.submit('/setup/sources/nobody/replay')).status).toBe(404)
  })
})
