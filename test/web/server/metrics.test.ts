import { expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../../support/api.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const ask = async (api: Api, path: string) => await api.app.request(path)

describeOnEachEngine('metrics', (openTestStore) => {
  test('count what hooks, inbox and processing did, and who may not read does not see them', async () => {
    const api = await openApi(openTestStore)
    api.store.inbox.onCommit((commit) => api.deps.metrics.inboxCommitted(commit))
    expect((await ask(api, '/metrics')).status).toBe(401)
    for (const source of ['github', 'nobody'])
      await api.app.request(`/hooks/${source}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': 'sha256=00' },
        body: '{}',
      })
    await bodyOf(await api.post('/api/v1/defects', { title: 'Slow' }), 202)
    const response = await api.get('/metrics')
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=/)
    const text = await response.text()
    for (const line of [
      'hook_requests_total{source="github",code="401"} 1',
      'hook_requests_total{source="unknown",code="401"} 1',
      'signature_failures_total{source="unknown"} 1',
      'inbox_commit_seconds_count 1',
      'inbox_batch_rows_sum 1',
      'inbox_depth 0',
      'inbox_dead 0',
      'last_event_age_seconds{source="api"} 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^disk_free_bytes \d/m)
    expect(text).toMatch(/^build_info\{version="\d+\.\d+\.\d+",node="v\d+/m)
  })

  test('tell of what waits and of what failed for good', async () => {
    const api = await openApi(openTestStore)
    const row = (key: string) => ({
      sourceId: 1,
      deliveryKey: key,
      bodySha256: key,
      receivedAt: api.deps.clock() - 90_000,
      headersJson: '{}',
      body: Buffer.from('{}'),
    })
    await api.store.inbox.append(row('a'))
    const { id } = await api.store.inbox.append(row('b'))
    await api.store.db.updateTable('deliveries').set({ state: 'failed' }).where('id', '=', id).execute()
    const text = await (await api.get('/metrics')).text()
    for (const line of ['inbox_depth 1', 'inbox_oldest_age_seconds 90', 'inbox_dead 1'])
      expect(text.split('\n')).toContain(line)
  })

  test('no stranger can add a series, whatever they call things', async () => {
    const api = await openApi(openTestStore)
    const pester = async (name: string) => {
      const headers = { 'Content-Type': `application/${name}`, Authorization: `Bearer pf_${name}`, 'User-Agent': name }
      for (const path of [`/hooks/${name}`, '/hooks/github', `/api/v1/${name}`, '/api/v1/defects'])
        for (const type of ['application/json', headers['Content-Type']])
          await api.app.request(path, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body: '{}' })
    }
    const series = async () =>
      (await (await api.get('/metrics')).text())
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => line.replace(/ \S+$/, ''))
    await pester('somebody')
    const before = await series()
    for (let i = 0; i < 20; i++) await pester(`made-up-${i}`)
    expect(await series()).toEqual(before)
    expect(before.join()).not.toContain('somebody')
  })
})
