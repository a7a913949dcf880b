import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { bodyOf } from '../support/api.ts'
import { openPages } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const REVERSED = '\u202e'

describeOnEachEngine('text from outside', (openTestStore) => {
  test('is escaped on every page that shows it, and what it hides is written out', async () => {
    const pages = await openPages(openTestStore)
    const title = `<img src=x onerror=alert(1)>${REVERSED}exe.txt`
    const report = { title, description: title, service: 'checkout-api', environment: 'production', severity: 'S1' }
    const { delivery } = await bodyOf<{ delivery: string }>(await pages.post('/api/v1/defects', report), 202)
    for (const path of ['/', '/defects', '/defects/PF-1', `/deliveries/${delivery}`]) {
      const html = await pages.read(path)
      expect([path, html.includes('<img src=x')]).toEqual([path, false])
      expect([path, html.includes('&lt;img src=x onerror=alert(1)&gt;[U+202E]exe.txt')]).toEqual([path, true])
    }
  })

  test('a NUL in any field of any form breaks nothing', async () => {
    const pages = await openPages(openTestStore)
    await bodyOf(await pages.post('/api/v1/defects', { title: 'Slow', service: 'checkout-api' }), 202)
    const fields = [
      'title',
      'description',
      'service',
      'environment',
      'version',
      'severity',
      'status',
      'comment',
      'text',
    ]
    fields.push(
      'reason',
      'name',
      'email',
      'password',
      'next',
      'fixedIn',
      'fixed_in',
      'assignee',
      'decision',
      'release',
      'slug',
      'kind',
    )
    const posts = createApp(pages.deps).declared.filter(
      ({ method, path }) => method === 'POST' && !path.startsWith('/api'),
    )
    expect(posts.length).toBeGreaterThan(5)
    for (const { path } of posts) {
      const nul = Object.fromEntries(fields.map((field) => [field, `a\u0000b`]))
      const answer = await pages.submit(path.replace(':id', '1').replace(':source', 'github'), nul)
      expect([path, answer.status < 500]).toEqual([path, true])
    }
    expect(pages.logged.filter(({ level }) => Number(level) >= 50)).toEqual([])
  })
})
