import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sqliteFile } from '../../src/store/database.ts'
import { describeOnFaultyDisk, launchForTest, prepare, signInForm } from '../support/faults.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { type Answer, deliver, isAcknowledged, Senders } from '../support/senders.ts'
import type { LaunchedServer } from '../support/server-process.ts'
import { testStoresOn } from '../support/stores.ts'

/** EX_IOERR, for whoever starts it again. */
const IO_ERROR = 74

/** The process ends by itself, in a second as it means to, and says why. */
async function expectEnd(server: LaunchedServer): Promise<void> {
  const failedAt = performance.now()
  expect(await server.ended).toBe(IO_ERROR)
  // A busy machine lets it wait for its turn.
  expect(performance.now() - failedAt).toBeLessThan(30_000)
  expect(server.said()).toContain('SQLITE_IOERR_FSYNC')
  expect(server.said()).toContain('the storage failed; nothing more is acknowledged')
}

async function waitingForCommit(base: string, cookie: string): Promise<number> {
  const answer = await fetch(`${base}/readyz/full`, { headers: { cookie } })
  return ((await answer.json()) as { inbox: { waitingForCommit: number } }).inbox.waitingForCommit
}

describeOnFaultyDisk('a sync that fails', (newDisk) => {
  const start = async () => {
    const { place, secret, cookie } = await prepare(testStoresOn('sqlite'))
    const disk = newDisk()
    const server = launchForTest(place, { environment: disk.environment })
    const base = await server.listening
    const expectKept = async (acknowledged: Iterable<number>) => {
      const outcome = await readOutcome(place, acknowledged)
      expect(outcome).toEqual(nothingLost(outcome))
    }
    return { secret, cookie, disk, server, base, expectKept }
  }

  test('under load is the last of it: nothing more is acknowledged', async () => {
    const { secret, disk, server, base, expectKept } = await start()
    const senders = new Senders()
    let answers = 0
    let late: Promise<[Answer | undefined, Response | undefined]> | undefined
    await senders.run(base, secret, ({ status }) => {
      if (++answers === 40) disk.failSync()
      // The next sync would succeed, and what is sent now be committed on top of what was not written.
      if (status === 503)
        late ??= Promise.all([deliver(base, secret, 1_000_000), fetch(`${base}/readyz`).catch(() => undefined)])
      return 'go on'
    })
    const [delivered, ready] = (await late) ?? []
    expect(late).toBeDefined()
    expect(isAcknowledged(delivered)).toBe(false)
    expect(ready?.status ?? 503).toBe(503)
    expect(Object.keys(senders.answers).sort()).toEqual(['200', '202', '503', 'broken'])
    await expectEnd(server)
    await expectKept(senders.acknowledged)
  })

  test('takes those with it that wait behind it', async () => {
    const { secret, cookie, disk, server, base, expectKept } = await start()
    disk.hang()
    const delivering = [deliver(base, secret, 2)]
    await expect.poll(() => disk.hanging).toBe(true)
    delivering.push(deliver(base, secret, 4), deliver(base, secret, 6))
    await expect.poll(() => waitingForCommit(base, cookie)).toBe(3)
    disk.failSync()
    disk.release()
    expect((await Promise.all(delivering)).filter(isAcknowledged)).toEqual([])
    await expectEnd(server)
    await expectKept([])
  })

  test('of what a person changes ends the process as well', async () => {
    const { secret, disk, server, base, expectKept } = await start()
    disk.failSync()
    expect((await fetch(...signInForm(base))).status).toBe(503)
    expect(isAcknowledged(await deliver(base, secret, 2))).toBe(false)
    await expectEnd(server)
    await expectKept([])
  })

  test('of what was worked out from a delivery ends the process as well', async () => {
    const { secret, disk, server, base, expectKept } = await start()
    // The first is that of the delivery itself.
    disk.failSync(2)
    expect((await deliver(base, secret, 2))?.status).toBe(202)
    await expect.poll(() => disk.failed).toBe(true)
    await expectEnd(server)
    await expectKept([2])
  })

  // The second is of the change to write-ahead logging, the sixth of the schema.
  test.each([2, 6])('in a first start, sync %i, is the end of it, and the next start is as the first', async (n) => {
    const { place } = await prepare(testStoresOn('sqlite'))
    rmSync(sqliteFile(place.dataDir))
    const disk = newDisk()
    disk.failSync(n)
    const broken = launchForTest(place, { environment: disk.environment })
    expect(await broken.ended).not.toBe(0)
    expect(broken.said()).toContain('disk I/O error')

    const server = launchForTest(place)
    await server.listening
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })
})
