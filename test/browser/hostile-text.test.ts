import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeDefect } from '../../src/operations/defects/change-defect.ts'
import { setLock } from '../../src/operations/emergency/set-locks.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { makeFreeze } from '../../src/operations/services/set-freezes.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { findEnvironment } from '../../src/store/services/services.ts'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { at, HOSTILE_TEXTS } from '../support/hostile-texts.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'
import { strangersOn } from '../support/strangers.ts'

/**
 * Text that tries to be a program, in every field that outsiders fill, on every page that shows it, in a browser that
 * was told to ignore our Content-Security-Policy: only that it is escaped stands between it and running.
 */

const TEXTS = HOSTILE_TEXTS
const ADDRESSES = [
  'javascript:xss(900)',
  ' JavaScript:xss(901)',
  'java\nscript:xss(902)',
  'data:text/html,<script>xss(903)</script>',
  '//127.0.0.1/"onmouseover=xss(904)"',
  'vbscript:xss(905)',
]

let browser: Browser
let server: TestServer
let page: Page
const hits: string[] = []

async function fill({ deps }: TestServer): Promise<void> {
  const now = Date.now()
  const iso = (hoursAgo: number) => new Date(now - hoursAgo * 3_600_000).toISOString()
  const tell = async (kind: 'deployments' | 'defects', items: readonly Record<string, unknown>[]) => {
    const told = await submitNative(deps, { kind, items, receivedAt: now })
    if (told.kind === 'refused') throw new Error(JSON.stringify(told.problems.slice(0, 3)))
  }
  await tell(
    'deployments',
    TEXTS.slice(0, 24).map((text, n) => ({
      service: at(TEXTS, n % 4),
      version: text,
      environment: at(TEXTS, 30 + (n % 2)),
      status: at(['succeeded', 'failed'], n),
      finishedAt: iso(48 - n),
      actor: text,
      artifact: text,
      commits: [{ sha: `${n}`.padStart(40, 'a'), message: text, author: text, at: iso(49 - n) }],
    })),
  )
  await tell(
    'defects',
    TEXTS.map((text, n) => ({
      title: text,
      description: text,
      service: at(TEXTS, n % 4),
      environment: at(TEXTS, 30 + (n % 2)),
      version: at(TEXTS, n % 24),
      severity: at(['S1', 'S2', 'S3', 'S4'], n),
      fingerprint: text,
      id: text,
      occurredAt: iso(24 - (n % 20)),
    })),
  )
  const actor = { name: at(TEXTS, 1) }
  const change = { kind: 'comment', text: TEXTS.join('\n') } as const
  await changeDefect(deps, { defectId: 1, actor, now, change })
  const status = { kind: 'status', status: 'wont-fix', reason: at(TEXTS, 2) } as const
  await changeDefect(deps, { defectId: 2, actor, now, change: status })
  const environment = await findEnvironment(deps.store.db, at(TEXTS, 30))
  if (!environment) throw new Error('the environment is known')
  await setLock(deps.store, { service: undefined, environment, reason: at(TEXTS, 3) }, { by: actor, now })
  const span = { from: now - 1_000, to: now + 86_400_000, reason: at(TEXTS, 4) }
  await makeFreeze(deps, { ...span, service: undefined, environment: environment.name }, { ...actor, at: now })
  await createSource(deps.store, deps.secretBox, { kind: 'github', name: at(TEXTS, 1).slice(0, 100) }, now, actor)
}

describeInBrowser('text that tries to be a program', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await fill(server)
    const context = await signedInContext(browser, server, { bypassCSP: true })
    await context.exposeFunction('xss', (n: number) => hits.push(`${page.url()}: ${n}`))
    page = await context.newPage()
    page.on('dialog', (dialog) => {
      hits.push(`${page.url()}: ${dialog.message()}`)
      void dialog.dismiss()
    })
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  const strangers = () => strangersOn(page)

  const encoded = (n: number) => encodeURIComponent(at(TEXTS, n))
  const pages = [
    '/',
    '/defects?status=any&rows=200',
    '/defects?q=nothing',
    '/defects/PF-1',
    '/defects/PF-2',
    '/defects/PF-1/merge?into=PF-3',
    '/defects/PF-1/split',
    '/releases',
    `/releases/${encoded(0)}/${encoded(0)}`,
    `/releases/compare?a=${encoded(0)}@${encoded(0)}&b=${encoded(0)}@${encoded(4)}`,
    '/live',
    '/services',
    `/services/${encoded(1)}`,
    '/calendar',
    `/calendar/${new Date().toISOString().slice(0, 10)}`,
    '/trends',
    '/trends/delivery',
    '/trends/quality',
    '/reliability',
    '/deliveries',
    '/deliveries/1',
    '/deliveries/1?body=raw',
    '/deliveries/2',
    '/emergency',
    '/emergency/new?defect=PF-1',
    '/emergency/settings',
    '/setup/github',
    '/setup/sources/api',
    '/admin/audit',
    '/account',
  ]

  test('is many texts', () => {
    expect(new Set([...TEXTS, ...ADDRESSES]).size).toBeGreaterThanOrEqual(120)
  })

  test('is shown as text on every page', async () => {
    for (const path of pages) {
      const answer = await page.goto(server.base + path)
      expect([path, (answer?.status() ?? 0) < 400]).toEqual([path, true])
      expect([path, await strangers()]).toEqual([path, []])
    }
    expect(hits).toEqual([])
    expect(server.errors).toEqual([])
  })

  test('is shown as text where a page repeats what it was asked', async () => {
    for (const path of [
      '/search?q=',
      '/defects?q=',
      '/live?q=',
      '/deliveries?source=',
      '/releases?service=',
      '/admin/audit?what=',
      '/login?next=',
    ]) {
      // As many as an address may hold.
      for (const from of [0, 40, 80]) {
        await page.goto(
          server.base +
            path +
            encodeURIComponent(
              TEXTS.slice(from, from + 40)
                .join('')
                .slice(0, 3_000),
            ),
        )
        expect([path, await strangers()]).toEqual([path, []])
      }
    }
    expect(hits).toEqual([])
  })

  test('as an address it is no link', async () => {
    const now = Date.now()
    const items = ADDRESSES.map((url, n) => ({ title: `Address ${n}`, service: 'shop', url, id: `address ${n}` }))
    for (const item of items) await submitNative(server.deps, { kind: 'defects', items: [item], receivedAt: now })
    const answer = await page.goto(`${server.base}/defects?status=any&q=Address`)
    expect(answer?.status()).toBe(200)
    const links = await page.$$eval('a[href^="/defects/PF-"]', (all) =>
      all.map((link) => link.getAttribute('href') as string),
    )
    for (const link of new Set(links)) {
      await page.goto(server.base + link)
      expect([link, await strangers()]).toEqual([link, []])
    }
    expect(hits).toEqual([])
  })

  test('would be noticed', async () => {
    await page.setContent(`<p>${at(TEXTS, 1)}</p>`)
    await expect.poll(() => hits.length).toBe(1)
    expect(await strangers()).toEqual(['<img onerror="xss(1)">'])
  })
})
