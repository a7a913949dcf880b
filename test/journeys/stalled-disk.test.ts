import { expect, test } from 'vitest'
import { describeOnFaultyDisk, launchForTest, prepare, signInForm } from '../support/faults.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { deliver } from '../support/senders.ts'
import { testStoresOn } from '../support/stores.ts'

describeOnFaultyDisk('a disk that does not answer', (newDisk) => {
  test('stops neither pages nor health checks, and senders are told in time', async () => {
    const { place, secret, cookie } = await prepare(testStoresOn('sqlite'))
    const disk = newDisk()
    const server = launchForTest(place, { environment: { ...disk.environment, ACCEPT_WITHIN_MS: '400' } })
    const base = await server.listening

    disk.hang()
    const delivering = deliver(base, secret, 2)
    await expect.poll(() => disk.hanging).toBe(true)
    // Waits for the lock that the hanging commit holds; nobody may have to wait with it.
    const signingIn = fetch(...signInForm(base))
    for (const path of ['/healthz', '/livez', '/', '/deliveries', '/healthz'])
      expect([path, (await fetch(base + path, { headers: { cookie } })).status]).toEqual([path, 200])
    const refused = await delivering
    expect(refused?.status).toBe(503)
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(4)
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ detail: expect.stringMatching(/takes too long/) })
    expect(disk.hanging).toBe(true)

    disk.release()
    expect([303, 503]).toContain((await signingIn).status)
    // It was kept after all, and coming again does no harm.
    expect((await deliver(base, secret, 2))?.status).toBe(200)
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    const outcome = await readOutcome(place, [2])
    expect(outcome).toEqual(nothingLost(outcome))
    expect(outcome.kept).toBe(1)
  })

  test('is not asked by who only reads', async () => {
    const { place, cookie } = await prepare(testStoresOn('sqlite'))
    const disk = newDisk()
    const server = launchForTest(place, { environment: disk.environment })
    const base = await server.listening
    disk.hang()
    // Notes that Ana was seen.
    expect((await fetch(base, { headers: { cookie } })).status).toBe(200)
    expect(disk.hanging).toBe(false)
  })
})
