import { expect, test } from 'vitest'
import { describeWithAlertmanager, startAlertmanager } from '../support/alertmanager.ts'
import { useReceiver } from '../support/receiver.ts'

/** What the real Alertmanager sends of alerts that `amtool` gives it, the way a Prometheus would. */

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

describeWithAlertmanager('Alertmanager', () => {
  const receiver = useReceiver()

  test('tells of an alert once, however often it repeats itself, and again when it starts anew', async () => {
    const door = await receiver.open('alertmanager')
    const alertmanager = await startAlertmanager(door)
    const errors = {
      alertname: 'HighErrorRate',
      service: 'checkout-api',
      env: 'production',
      version: '4.18.0',
      severity: 'critical',
    }
    const told = { title: 'Five in a hundred fail', service: 'checkout-api', environment: 'production' }
    const firing = { ...told, version: '4.18.0', severity: 'S1', status: 'open', occurrences: 1 }
    const summary = 'Five in a hundred fail'

    await alertmanager.add(errors, { start: minutesAgo(30), summary })
    await expect.poll(door.defects).toEqual([firing])
    // At the repeat interval it comes word for word.
    await expect.poll(door.repeats).toBeGreaterThan(0)
    expect(await door.defects()).toEqual([firing])

    await alertmanager.add(errors, { start: minutesAgo(30), end: minutesAgo(10), summary })
    await expect.poll(door.defects).toEqual([{ ...firing, status: 'fixed' }])

    await alertmanager.add(errors, { start: minutesAgo(5), summary })
    await expect.poll(door.defects).toMatchObject([{ ...told, occurrences: 2, status: 'open' }])
    expect(new Set((await door.deliveries()).map(({ state }) => state))).toEqual(new Set(['processed']))
  })

  test('tells of firing and resolved alerts of one group each by itself', async () => {
    const door = await receiver.open('alertmanager')
    const alertmanager = await startAlertmanager(door)
    const slow = (service: string) => ({ alertname: 'TooSlow', service, severity: 'warning' })
    for (const service of ['ledger', 'search'])
      await alertmanager.add(slow(service), { start: minutesAgo(30), summary: `${service} is slow` })
    const statesOf = async () => (await door.defects()).map(({ title, status }) => `${title}: ${status}`)
    await expect.poll(statesOf).toEqual(['ledger is slow: open', 'search is slow: open'])

    const ended = { start: minutesAgo(30), end: minutesAgo(10), summary: 'search is slow' }
    await alertmanager.add(slow('search'), ended)
    await expect.poll(statesOf).toEqual(['ledger is slow: open', 'search is slow: fixed'])
    expect(await door.defects()).toMatchObject([
      { service: 'ledger', severity: 'S3', occurrences: 1 },
      { service: 'search', severity: 'S3', occurrences: 1 },
    ])
    // The group as a whole was firing all the time.
    expect(new Set((await door.deliveries()).map(({ event }) => event))).toEqual(new Set(['firing']))
  })

  test('is refused with another token', async () => {
    const door = await receiver.open('alertmanager')
    const alertmanager = await startAlertmanager({ ...door, secret: 'somebody-elses-token' })
    await alertmanager.add({ alertname: 'Unheard' }, { start: minutesAgo(1), summary: 'Nobody hears of it' })
    await expect.poll(alertmanager.said).toMatch(/unexpected status code 401/)
    expect(await door.deliveries()).toEqual([])
  })
})
