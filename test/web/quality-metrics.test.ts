import { expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const place = { service: 'checkout-api', environment: 'production' }
/** The tests' now. */
const NOW = 100

interface Figure {
  readonly value: number | null
  readonly unit: string
  readonly numerator: number
  readonly denominator: number
  readonly enough: boolean
  readonly interval: { low: number | null; high: number | null } | null
  readonly rule: string
  readonly rows: string | null
}

interface Answer {
  readonly [name: string]: unknown
  readonly escapeRate: Figure
  readonly removalEfficiency: Figure
  readonly releases: { observed: number; tooYoung: number }
  readonly unknownPhase: { defects: number; rows: string | null }
  readonly inflow: Figure
  readonly outflow: Figure
  readonly backlog: Figure
  readonly medianAge: Figure
  readonly highAge: Figure
  readonly severityMix: Readonly<Record<string, Figure>>
  readonly timeToFix: Figure & { sentence: string; curve: { days: number; open: number }[] }
  readonly weeks: readonly { inflow: number; outflow: number; backlog: number }[]
}

interface Told {
  readonly id: string
  readonly opened: number
  readonly closed: number | undefined
  readonly status: string | undefined
  readonly severity: string
}

/** Sixty defects over a hundred days, most of them closed some days later: a third of those given up. */
const told = (): Told[] =>
  Array.from({ length: 60 }, (_, i) => {
    const opened = (i * 37) % 95
    const isClosed = i % 4 !== 0
    const closed = opened + 1 + ((i * 13) % 30)
    const over = isClosed && closed < NOW
    return {
      id: `D${i}`,
      opened,
      closed: over ? closed : undefined,
      status: over ? (i % 3 === 0 ? 'wont-fix' : 'fixed') : undefined,
      severity: ['S1', 'S2', 'S3', 'S3', 'S4'][i % 5] as string,
    }
  })

async function tellAll(api: Api, defects: readonly Told[]) {
  const sightings = defects.map(({ id, opened, severity }) => ({
    ...place,
    ...{ id, title: `Fails ${id}`, severity, occurredAt: iso(day(opened)) },
  }))
  const ends = defects.flatMap(({ id, status, closed }) =>
    closed === undefined ? [] : { ...place, id, title: `Fails ${id}`, status, resolvedAt: iso(day(closed)) },
  )
  const elsewhere = [
    { ...place, environment: 'staging', id: 'E1', title: 'In staging', occurredAt: iso(day(50)) },
    { ...place, service: 'search', id: 'E2', title: 'Of another', occurredAt: iso(day(50)) },
  ]
  await bodyOf(await api.post('/api/v1/defects', [...sightings, ...ends, ...elsewhere]), 202)
}

const ask = async (api: Api, from: number, to: number, more = '') =>
  await bodyOf<Answer>(
    await api.get(
      `/api/v1/metrics/quality?service=checkout-api&environment=production&from=${iso(day(from))}&to=${iso(day(to))}${more}`,
    ),
  )

/** The senders' ids behind a link, page by page. */
async function rowsOf(api: Api, link: string | null): Promise<string[]> {
  const titles: string[] = []
  for (let cursor = ''; link !== null; ) {
    const { items, next } = await bodyOf<{ items: { title: string }[]; next: string | null }>(
      await api.get(`${link}&limit=7${cursor}`),
    )
    titles.push(...items.map(({ title }) => title.replace('Fails ', '')))
    if (next === null) break
    cursor = `&cursor=${next}`
  }
  return titles.sort()
}

const ids = (defects: readonly Told[]) => defects.map(({ id }) => id).sort()

describeOnEachEngine('the quality metrics of a place', (openTestStore) => {
  async function withDefects(open: OpenTestStore) {
    const api = await openApi(open)
    const defects = told()
    await tellAll(api, defects)
    return { api, defects }
  }

  test('count what came, went and stayed as counting by hand does, and lead to the rows', async () => {
    const { api, defects } = await withDefects(openTestStore)
    for (const [from, to] of [
      [20, 76],
      [50, 100],
      [0, 101],
      // Nothing was known before day 0: an empty beginning makes no rate smaller.
      [-40, 70],
    ] as const) {
      const answer = await ask(api, from, to)
      const came = defects.filter(({ opened }) => opened >= from && opened < to)
      const went = defects.filter(({ closed = Number.NaN }) => closed >= from && closed < to)
      const before = defects.filter(({ opened, closed = 999 }) => opened < from && closed >= from)
      const open = defects.filter(({ opened, closed = 999 }) => opened < to && closed >= to)
      const weeks = (Math.min(to, NOW) - Math.max(from, 0)) / 7
      expect(answer.inflow).toMatchObject({ numerator: came.length, denominator: weeks, unit: 'per week' })
      expect(answer.inflow.value).toBeCloseTo(came.length / weeks, 10)
      expect(answer.outflow.numerator).toBe(went.length)
      expect(answer.backlog).toMatchObject({ value: open.length, denominator: before.length + came.length })
      expect(answer.weeks.map(({ inflow }) => inflow)).toEqual(
        answer.weeks.map((_, w) => {
          const [start, end] = [from + 7 * w, Math.min(from + 7 * w + 7, to)]
          return came.filter(({ opened }) => opened >= start && opened < end).length
        }),
      )
      expect(answer.weeks.at(-1)?.backlog).toBe(open.length)
      const ages = open.map(({ opened }) => Math.min(to, NOW) - opened).sort((a, b) => a - b)
      const middle =
        ((ages[Math.floor((ages.length - 1) / 2)] ?? 0) + (ages[Math.ceil((ages.length - 1) / 2)] ?? 0)) / 2
      expect(answer.medianAge.value).toBeCloseTo(middle, 3)
      expect(answer.highAge.value).toBeCloseTo(ages[Math.ceil(0.85 * ages.length) - 1] as number, 3)
      for (const severity of ['S1', 'S2', 'S3', 'S4']) {
        const own = came.filter((defect) => defect.severity === severity)
        const share = answer.severityMix[severity] as Figure
        expect(share).toMatchObject({ numerator: own.length, denominator: came.length, unit: 'share' })
        expect(share.interval?.low).toBeLessThanOrEqual(share.value as number)
        expect(await rowsOf(api, share.rows)).toEqual(ids(own))
      }
      expect(await rowsOf(api, answer.inflow.rows)).toEqual(ids(came))
      expect(await rowsOf(api, answer.outflow.rows)).toEqual(ids(went))
      expect(await rowsOf(api, answer.backlog.rows)).toEqual(ids(open))
    }
  })

  test('time to fix counts those still open, and those given up until they were', async () => {
    const { api, defects } = await withDefects(openTestStore)
    const { timeToFix } = await ask(api, 0, 100)
    const fixed = defects.filter(({ status }) => status === 'fixed')
    expect(timeToFix).toMatchObject({ numerator: fixed.length, denominator: 60, enough: true, unit: 'days' })
    // The product-limit estimate, defect by defect.
    const spans = defects.map(({ opened, closed, status }) => ({
      days: (closed ?? NOW) - opened,
      ended: status === 'fixed',
    }))
    let survival = 1
    const steps = [...new Set(spans.filter(({ ended }) => ended).map(({ days }) => days))].sort((a, b) => a - b)
    const curve = steps.map((days) => {
      const atRisk = spans.filter((span) => span.days >= days).length
      survival *= 1 - spans.filter((span) => span.ended && span.days === days).length / atRisk
      return { days, open: survival }
    })
    expect(timeToFix.curve).toHaveLength(curve.length)
    for (const [i, step] of curve.entries()) {
      expect(timeToFix.curve[i]?.days).toBeCloseTo(step.days, 9)
      expect(timeToFix.curve[i]?.open).toBeCloseTo(step.open, 9)
    }
    expect(timeToFix.value).toBeCloseTo(curve.find(({ open }) => open <= 0.5)?.days ?? -1, 9)
    expect(await rowsOf(api, timeToFix.rows)).toEqual(ids(fixed))
  })

  test('escape and removal count what is attributed to releases long enough in production, by where it was found', async () => {
    const api = await openApi(openTestStore)
    const deploy = async (version: string, at: number) =>
      await bodyOf(await api.post('/api/v1/deployments', { ...place, version, finishedAt: iso(day(at)) }), 202)
    await deploy('1.0.0', 10)
    await deploy('1.1.0', 30)
    await deploy('1.2.0', 90)
    const found: [version: string, more: Record<string, unknown>, at: number][] = [
      ['1.0.0', { phase: 'testing', environment: 'qa' }, 5],
      ['1.0.0', { environment: 'staging' }, 9],
      ['1.0.0', { environment: 'production' }, 11],
      ['1.0.0', { environment: 'production' }, 45],
      ['1.1.0', { environment: 'production', phase: 'staging' }, 31],
      ['1.1.0', { environment: 'production' }, 32],
      ['1.1.0', {}, 33],
      ['1.2.0', { environment: 'production' }, 91],
    ]
    for (const [i, [version, more, at]] of found.entries()) {
      const item = { service: place.service, id: `X${i}`, title: `Fails X${i}`, occurredAt: iso(day(at)), ...more }
      const { defect } = await bodyOf<{ defect: { id: string } }>(await api.post('/api/v1/defects', item), 202)
      const attribution = { decision: 'chosen', release: `checkout-api@${version}` }
      await bodyOf(await api.patch(`/api/v1/defects/${defect.id}`, { attribution, reason: 'Seen in the diff.' }))
    }
    const answer = await ask(api, 0, 100, '&observedDays=30')
    expect(answer.releases).toEqual({ observed: 2, tooYoung: 1 })
    expect(answer.unknownPhase.defects).toBe(1)
    expect(answer.escapeRate).toMatchObject({ numerator: 2, denominator: 5, value: 0.4, enough: false, unit: 'share' })
    expect(answer.removalEfficiency).toMatchObject({ numerator: 3, denominator: 5, value: 0.6 })
    expect(await rowsOf(api, answer.escapeRate.rows)).toEqual(['X2', 'X5'])
    expect(await rowsOf(api, answer.removalEfficiency.rows)).toEqual(['X0', 'X1', 'X4'])
    expect(await rowsOf(api, answer.unknownPhase.rows)).toEqual(['X6'])
    const wanted = new URL(answer.escapeRate.rows as string, 'http://x').searchParams
    for (const name of wanted.keys()) {
      const part = new URLSearchParams([...wanted].filter(([other]) => other !== name))
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.get(`/api/v1/defects?${part}`), 400)
      expect(errors.map(({ path }) => path)).toEqual([name])
    }
    wanted.set('releasesOf', 'nobody')
    expect((await api.get(`/api/v1/defects?${wanted}`)).status).toBe(400)
    expect((await ask(api, 0, 100)).escapeRate).toMatchObject({ numerator: 2, denominator: 4 })
    const none = { value: null, denominator: 0, interval: null, rows: null }
    expect((await ask(api, 0, 100, '&observedDays=91')).escapeRate).toMatchObject(none)
  })

  test('say when nothing can be said, instead of zero', async () => {
    const { api } = await withDefects(openTestStore)
    const answer = await bodyOf<Answer>(await api.get('/api/v1/metrics/quality?service=search&environment=staging'))
    expect(answer.medianAge).toMatchObject({ value: null, enough: false, numerator: 0 })
    expect(answer.severityMix.S1).toMatchObject({ value: null, interval: null, enough: false })
    expect(answer.timeToFix).toMatchObject({ value: null, enough: false })
    expect(answer.inflow).toMatchObject({ value: null, numerator: 0, denominator: 0, enough: false })
  })

  test('refuse what is no period, no place and no number of days', async () => {
    const { api } = await withDefects(openTestStore)
    const at = '/api/v1/metrics/quality?service=checkout-api'
    for (const [path, wrong] of [
      [at, 'environment'],
      [`${at}&environment=moon`, 'environment'],
      [`${at}&environment=production&from=${iso(day(9))}&to=${iso(day(8))}`, 'from'],
      [`${at}&environment=production&from=${iso(day(-300))}`, 'from'],
      [`${at}&environment=production&observedDays=0`, 'observedDays'],
      [`${at}&environment=production&observedDays=366`, 'observedDays'],
    ] as const) {
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.get(path), 400)
      expect([path, errors[0]?.path]).toEqual([path, wrong])
    }
  })
})
