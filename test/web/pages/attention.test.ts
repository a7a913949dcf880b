import { describe, expect, test } from 'vitest'
import type { DefectListRow } from '../../../src/store/defects/defect-list.ts'
import type { Emergency } from '../../../src/store/emergency/emergencies.ts'
import type { RecentDeployment } from '../../../src/store/overview/overview-queries.ts'
import { type AttentionFacts, attentionItems } from '../../../src/web/pages/attention.ts'
import { day, hours } from '../../support/factories.ts'

const now = day(10)

const calm: AttentionFacts = {
  now,
  environment: 'production',
  unowned: { worst: undefined, count: 0, cap: 99 },
  deployments: [],
  failedDeliveries: { count: 0, cap: 99, newest: undefined },
  silent: [],
  clockJump: undefined,
}

const deployed = (facts: Partial<RecentDeployment>): RecentDeployment => ({
  id: 1,
  serviceId: 1,
  service: 'checkout-api',
  version: 'b',
  status: 'succeeded',
  effect: 'deploy',
  at: now - hours(1),
  replaced: 'a',
  actor: undefined,
  ...facts,
})

const defect = (facts: Partial<DefectListRow>): DefectListRow => ({
  id: 7,
  title: 'Capture fails with 409',
  severity: 'S1',
  status: 'open',
  service: 'checkout-api',
  environment: 'production',
  firstSeenAt: now - hours(1),
  lastSeenAt: now,
  occurrences: 1,
  assignee: undefined,
  attribution: 'unattributed',
  suspect: undefined,
  ...facts,
})

const titles = (facts: Partial<AttentionFacts>) => attentionItems({ ...calm, ...facts }).map(({ title }) => title)

test('nothing wrong, nothing to say', () => {
  expect(attentionItems(calm)).toEqual([])
})

describe('defects that came back', () => {
  const back: NonNullable<AttentionFacts['cameBack']>['list'][number] = {
    ...{ id: 7, title: 'Capture fails', severity: 'S2', service: 'checkout-api', environment: 'production' },
    ...{ at: now - hours(1), sentence: 'Seen in 1.2, which comes after the fix in 1.1.' },
  }
  const facts = (...list: NonNullable<AttentionFacts['cameBack']>['list']) => ({
    cameBack: { list, cap: 2, rows: '/defects?status=regressed' },
  })

  test('need attention, with what tells that they did', () => {
    expect(attentionItems({ ...calm, ...facts(back) })).toMatchObject([
      {
        tone: 'bad',
        title: 'PF-7 Capture fails is back',
        detail: 'Seen in 1.2, which comes after the fix in 1.1. Seen again (checkout-api, production)',
        at: now - hours(1),
        link: { href: '/defects/PF-7' },
      },
    ])
    expect(attentionItems({ ...calm, ...facts({ ...back, severity: 'S3' }) })).toMatchObject([{ tone: 'watch' }])
  })

  test('are counted when there are several, no further than anybody counts', () => {
    const items = attentionItems({ ...calm, ...facts(back, { ...back, id: 8 }) })
    expect(items).toMatchObject([
      {
        title: '2 defects that had been fixed are back',
        rows: '/defects?status=regressed',
        link: { href: '/defects/PF-7' },
      },
    ])
    expect(titles(facts(back, back, back))).toEqual(['2+ defects that had been fixed are back'])
  })

  test('come before defects that nobody owns', () => {
    expect(
      titles({ ...facts(back), unowned: { worst: defect({ id: 9, severity: 'S1' }), count: 1, cap: 99 } }),
    ).toEqual(['PF-7 Capture fails is back', 'PF-9 Capture fails with 409'])
  })
})

describe('a failed deployment', () => {
  const failed = deployed({ status: 'failed', effect: undefined, version: 'c' })

  test('needs attention', () => {
    expect(titles({ deployments: [failed] })).toEqual(['checkout-api c failed to deploy to production'])
  })

  test('is settled by a later success of the same service, not by an earlier one', () => {
    expect(titles({ deployments: [deployed({ at: now }), failed] })).toEqual([])
    expect(titles({ deployments: [failed, deployed({ at: now - hours(2) })] })).toHaveLength(1)
  })

  test('is not settled by another service', () => {
    expect(titles({ deployments: [deployed({ serviceId: 2, at: now }), failed] })).toHaveLength(1)
  })

  test('that failed again is one thing, not two', () => {
    expect(titles({ deployments: [failed, deployed({ ...failed, at: now - hours(3) })] })).toHaveLength(1)
  })

  test('is no news after two days', () => {
    expect(titles({ deployments: [deployed({ ...failed, at: now - hours(49) })] })).toEqual([])
  })
})

describe('a rollback', () => {
  const rollback = deployed({ effect: 'rollback', version: 'a', replaced: 'b' })

  test('needs attention until something is deployed over it', () => {
    expect(titles({ deployments: [rollback] })).toEqual(['checkout-api was rolled back to a'])
    expect(titles({ deployments: [deployed({ at: now }), rollback] })).toEqual([])
  })

  test('leads to the release that was taken out', () => {
    expect(attentionItems({ ...calm, deployments: [rollback] })[0]?.link.href).toBe('/releases/checkout-api/b')
  })
})

describe('defects without an owner', () => {
  test('one is named, several are counted with the worst', () => {
    expect(titles({ unowned: { worst: defect({}), count: 1, cap: 99 } })).toEqual(['PF-7 Capture fails with 409'])
    expect(titles({ unowned: { worst: defect({}), count: 3, cap: 99 } })).toEqual([
      '3 open S1 and S2 defects have no owner',
    ])
    expect(titles({ unowned: { worst: defect({}), count: 100, cap: 99 } })).toEqual([
      '99+ open S1 and S2 defects have no owner',
    ])
  })
})

describe('a silent source', () => {
  const silent = (noticedAt: number) => [
    { slug: 'github', name: 'GitHub', silence: { since: noticedAt - hours(24), noticedAt, longestPauseMs: undefined } },
  ]

  test('needs attention, for two weeks', () => {
    expect(titles({ silent: silent(now) })).toEqual(['GitHub has stopped delivering'])
    expect(titles({ silent: silent(now - hours(24 * 14) + 1) })).toHaveLength(1)
    expect(titles({ silent: silent(now - hours(24 * 14)) })).toEqual([])
  })
})

describe("a jump of the server's clock", () => {
  const ahead = { at: now - hours(1), by: hours(2) }

  test('needs attention for two days', () => {
    expect(titles({ clockJump: ahead })).toEqual(["This server's clock jumped ahead by 2 h"])
    expect(titles({ clockJump: { at: now, by: -90_000 } })).toEqual(["This server's clock jumped back by 1 min"])
    expect(titles({ clockJump: { ...ahead, at: now - hours(49) } })).toEqual([])
  })
})

test('the worst comes first', () => {
  const newest = { source: 'GitHub', reason: 'Not JSON.', receivedAt: now }
  const items = attentionItems({
    ...calm,
    unowned: { worst: defect({}), count: 1, cap: 99 },
    deployments: [deployed({ status: 'failed', effect: undefined }), deployed({ serviceId: 2, effect: 'rollback' })],
    failedDeliveries: { count: 2, cap: 99, newest },
  })
  expect(items.map(({ tone }) => tone)).toEqual(['bad', 'watch', 'info', 'info'])
  expect(items.at(-1)).toMatchObject({ title: '2 deliveries failed', link: { href: '/deliveries?state=failed' } })
})

describe('a suspect release', () => {
  const running = (word: 'suspect' | 'watch', service = 'checkout-api') => ({
    ...{ service, version: '4.18.0', since: now - hours(1) },
    verdict: { word, sentence: 'S1 PF-7, open.', numbers: '7 new defects in 1 h; 0.2 expected (35×, 90 % 8.2–233)' },
  })
  const emergency = {
    ...{ id: 27, service: 'checkout-api', environment: 'production', strategy: 'rollback', targetVersion: '4.17.3' },
    ...{ state: 'requested', openedName: 'Ana', openedAt: now },
  } as Emergency

  test('needs attention with its numbers, before defects, and leads to a way out', () => {
    const [first, ...others] = attentionItems({
      ...calm,
      running: [running('suspect'), running('watch', 'ledger')],
      unowned: { worst: defect({}), count: 1, cap: 99 },
    })
    expect(first).toMatchObject({
      tone: 'bad',
      title: 'checkout-api 4.18.0 is suspect in production',
      detail: '7 new defects in 1 h; 0.2 expected. Deployed',
      link: { href: '/releases/checkout-api/4.18.0' },
      also: { href: '/emergency/new?release=checkout-api%404.18.0&environment=production' },
    })
    expect(others.map(({ title }) => title)).toEqual(['PF-7 Capture fails with 409'])
  })

  test('gives way to the emergency release for its place', () => {
    const title = 'ER-27 Roll back production to 4.17.3'
    expect(titles({ running: [running('suspect')], emergencies: [emergency] })).toEqual([title])
    const another = { ...emergency, environment: 'staging' }
    expect(titles({ running: [running('suspect')], emergencies: [another] })).toHaveLength(2)
  })
})
