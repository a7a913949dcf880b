import { describe, expect, test } from 'vitest'
import { WAYS } from '../../views/setup/ways.ts'
import { bodyOf } from '../support/api.ts'
import { openPages, textOf } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

/** Our secret is pasted at these; of those that make one of their own it is pasted here. */
const SENDERS = ['alertmanager', 'grafana', 'jira', 'opsgenie', 'standard-webhooks', 'generic']
const SENDERS_WITH_SECRETS = ['sentry', 'pagerduty']

const onSqlite = testStoresOn('sqlite')

test('every way to connect has its page with the address of this server', async () => {
  const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'http://localhost:3999' } })
  const index = await pages.read('/setup')
  for (const way of WAYS) {
    expect(index).toContain(`href="/setup/${way}"`)
    expect(await pages.read(`/setup/${way}`)).toContain('http://localhost:3999/')
  }
  expect((await pages.visit('/setup/morse')).status).toBe(404)
})

test('waiting turns into received, by reload and as a part', async () => {
  const pages = await openPages(onSqlite)
  expect(await pages.read('/setup/curl')).toContain('Waiting for the first delivery…')
  await bodyOf(
    await pages.post('/api/v1/deployments', { service: 'checkout-api', version: '1.0.0', environment: 'production' }),
    202,
  )
  for (const html of [
    await pages.read('/setup/curl'),
    await (await pages.visit('/setup/curl/received', { part: true })).text(),
  ]) {
    expect(textOf(html)).toMatch(
      /Received \d\d:\d\d:\d\d .*: checkout-api 1\.0\.0 to production, accepted and processed/,
    )
    expect(html).not.toContain('Waiting for the first delivery…')
  }
  // GitHub has sent nothing.
  expect(await pages.read('/setup/github')).toContain('Waiting for the first delivery…')
})

describe('making a source', () => {
  test('shows its secret once, and deliveries signed with it are taken', async () => {
    const pages = await openPages(onSqlite)
    const answer = await pages.submit('/setup/cdevents', { slug: 'tekton' })
    const html = await answer.text()
    const secret = /<pre class="code" id="code-secret"[^>]*>\s*(\S+?)\s*<\/pre>/.exec(html)?.[1] ?? ''
    expect(answer.status).toBe(200)
    expect(secret.length).toBeGreaterThan(20)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    // A page that refreshed itself would lose it.
    expect(html).not.toContain('data-live=')
    expect(await pages.read('/setup/cdevents')).not.toContain(secret)
    const sent = await pages.app.request('/hooks/tekton', {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(sent.status).toBe(202)
  })

  test('of a sender that needs a user and a password shows both', async () => {
    const pages = await openPages(onSqlite)
    const html = await (await pages.submit('/setup/azure-devops', { slug: 'azure' })).text()
    const code = (label: string) => new RegExp(`id="code-${label}"[^>]*>\\s*(\\S+?)\\s*</pre>`).exec(html)?.[1] ?? ''
    expect(code('user')).toBe('postflight')
    const sent = await pages.app.request('/hooks/azure', {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${code('user')}:${code('password')}`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: '{}',
    })
    expect(sent.status).toBe(202)
  })

  test('of GitLab gives a key that does for a signing token', async () => {
    const pages = await openPages(onSqlite)
    const html = await (await pages.submit('/setup/gitlab', { slug: 'gitlab' })).text()
    expect(textOf(html)).toMatch(/whsec_[A-Za-z0-9+/]{43}=/)
  })

  test.each(SENDERS)('of %s shows its address and secret where they are to be pasted', async (sender) => {
    const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'http://localhost:3999' } })
    const answer = await pages.submit(`/setup/${sender}`, { slug: 'mine' })
    const html = await answer.text()
    const secret = /<pre class="code" id="code-secret"[^>]*>\s*(\S+?)\s*<\/pre>/.exec(html)?.[1] ?? ''
    expect(answer.status).toBe(200)
    const [, pasted = ''] = html.split('<h2>').slice(1)
    expect(pasted).toContain('http://localhost:3999/hooks/mine')
    expect(pasted).toContain(secret)
    expect(await pages.read(`/setup/${sender}`)).not.toContain(secret)
  })

  test.each(SENDERS_WITH_SECRETS)('of %s takes the secret that was made there', async (sender) => {
    const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'http://localhost:3999' } })
    expect(await pages.read(`/setup/${sender}`)).toContain(`http://localhost:3999/hooks/${sender}`)
    for (const secret of ['', 'too-short']) {
      const refused = await pages.submit(`/setup/${sender}`, { slug: 'mine', secret })
      expect(refused.status).toBe(422)
      expect(await refused.text()).toMatch(/href="#f-secret">A secret has 16/)
    }
    const secret = 'made-at-the-sender-0001'
    const made = await pages.submit(`/setup/${sender}`, { slug: 'mine', secret })
    expect(made.status).toBe(200)
    expect(await made.text()).not.toContain(secret)
    expect(await pages.deps.sourceDirectory.find('mine')).toMatchObject({ kind: sender, secrets: [secret] })

    expect((await pages.submit(`/setup/${sender}/secret`, { slug: 'mine', secret: '' })).status).toBe(422)
    await pages.submit(`/setup/${sender}/secret`, { slug: 'mine', secret: 'made-there-later-0002' })
    expect((await pages.deps.sourceDirectory.find('mine'))?.secrets).toEqual(['made-there-later-0002', secret])
  })

  test('of an SDK of Sentry shows its DSN, by which reports are taken', async () => {
    const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'http://localhost:3999' } })
    const html = await (await pages.submit('/setup/sentry-sdk', { slug: 'checkout-api' })).text()
    const [, key, project] = /export SENTRY_DSN=http:\/\/([0-9a-f]{32})@localhost:3999\/(\d+)/.exec(html) ?? []
    expect(html).toContain(`http://localhost:3999/api/${project}/envelope/`)
    const report = async () =>
      (await pages.app.request(`/api/${project}/envelope/?sentry_key=${key}`, { method: 'POST', body: '{}' })).status
    expect(await report()).toBe(200)
    const page = await pages.read('/setup/sentry-sdk')
    expect(page).toContain(`http://localhost:3999/api/${project}/envelope/`)
    expect(page).not.toContain(key)
    // Both keys work while applications are given the new one.
    expect(await (await pages.submit('/setup/sentry-sdk/secret', { slug: 'checkout-api' })).text()).not.toContain(key)
    expect(await report()).toBe(200)
  })

  test('of an SDK of Sentry may be bound to a service of another name, which is shown', async () => {
    const pages = await openPages(onSqlite)
    const made = await pages.submit('/setup/sentry-sdk', { slug: 'web', service: 'acme/checkout' })
    expect(made.status).toBe(200)
    expect(textOf(await pages.read('/setup/sentry-sdk'))).toContain('Reports for the service acme/checkout.')
    const { service } = await pages.store.db
      .selectFrom('sources')
      .select('service')
      .where('slug', '=', 'web')
      .executeTakeFirstOrThrow()
    expect(service).toBe('acme/checkout')
    const refused = await pages.submit('/setup/sentry-sdk', { slug: 'other', service: 'x'.repeat(201) })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('id="e-service"')
    expect(await pages.read('/setup/github')).not.toContain('name="service"')
  })

  test('a taken or impossible address is refused beside the field', async () => {
    const pages = await openPages(onSqlite)
    const taken = await pages.submit('/setup/github', { slug: 'github' })
    expect(taken.status).toBe(422)
    const html = await taken.text()
    expect(html).toContain('There is a source “github” already')
    expect(html).toContain('aria-invalid="true"')
    expect((await pages.submit('/setup/github', { slug: 'No Good' })).status).toBe(422)
  })

  test('a new secret replaces the former one, which lasts another day', async () => {
    const pages = await openPages(onSqlite)
    const text = textOf(await (await pages.submit('/setup/github/secret', { slug: 'github' })).text())
    expect(text).toContain('New secret for github. The former one works for another 24 hours.')
    expect((await pages.submit('/setup/github/secret', { slug: 'nobody' })).status).toBe(422)
  })

  test('is for admins', async () => {
    const pages = await openPages(onSqlite, { role: 'engineer' })
    expect((await pages.submit('/setup/github', { slug: 'mine' })).status).toBe(403)
    expect((await pages.submit('/setup/github/secret', { slug: 'github' })).status).toBe(403)
    expect(await pages.read('/setup/github')).not.toContain('Make source')
  })
})
