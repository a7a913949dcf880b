import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canMountSmallDisk, SmallDisk } from '../support/disk/small-disk.ts'
import { describeOnFaultyDisk, launchForTest, prepare, signInForm } from '../support/faults.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { type Answer, deliver, Senders } from '../support/senders.ts'
import { testStoresOn } from '../support/stores.ts'

describeOnFaultyDisk('a full disk', (newDisk) => {
  test('is told to senders, stops nobody from reading, and is over when there is room', async () => {
    const { place, secret, cookie } = await prepare(testStoresOn('sqlite'))
    const disk = newDisk()
    const server = launchForTest(place, { environment: disk.environment })
    const base = await server.listening
    const senders = new Senders()
    let answers = 0
    await senders.run(base, secret, () => (++answers === 60 ? 'stop' : 'go on'))

    disk.fill()
    const refused: Answer[] = []
    await senders.run(base, secret, (answer) => {
      if (answer.status === 503) refused.push(answer)
      return refused.length === 40 ? 'stop' : 'go on'
    })
    for (const { headers, body } of refused) {
      expect(headers['content-type']).toBe('application/problem+json')
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(4)
      expect(JSON.parse(body)).toMatchObject({ status: 503, detail: 'The disk is full. Nothing was kept.' })
    }
    expect(new Set(refused.map(({ headers }) => headers['retry-after'])).size).toBeGreaterThan(1)
    for (const path of ['/healthz', '/livez', '/', '/deliveries', '/login'])
      expect([path, (await fetch(base + path, { headers: path === '/login' ? {} : { cookie } })).status]).toEqual([
        path,
        200,
      ])
    expect((await fetch(...signInForm(base))).status).toBe(503)

    disk.free()
    expect((await deliver(base, secret, 1_000_000))?.status).toBe(202)
    expect((await fetch(...signInForm(base))).status).toBe(303)
    expect(Object.keys(senders.answers).sort()).toEqual(['200', '202', '503'])
    // One line, not one for each refusal.
    expect(server.said().match(/"the disk is full"/g)?.length).toBeLessThanOrEqual(2)
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    const outcome = await readOutcome(place, [...senders.acknowledged, 1_000_000])
    expect(outcome).toEqual(nothingLost(outcome))
    expect(outcome.kept).toBe(senders.acknowledged.size + 1)
  })
})

const canMount = canMountSmallDisk()
if (!canMount) console.log('skipped: no small file system can be mounted here')

describe.skipIf(!canMount)('a file system that the server itself fills up', () => {
  test('loses nothing that was acknowledged, and is used again when there is room', async () => {
    const { place, secret } = await prepare(testStoresOn('sqlite'))
    const disk = new SmallDisk(place.dataDir)
    const server = launchForTest({ ...place, dataDir: disk.dataDir }, { within: disk.within })
    const base = await server.listening
    await disk.fill(server, 512 * 1024)
    const senders = new Senders()
    await senders.run(base, secret, () => (senders.answers['503'] === 40 ? 'stop' : 'go on'))
    expect(Object.keys(senders.answers).sort()).toEqual(['200', '202', '503'])
    expect(await (await fetch(`${base}/readyz`)).json()).toMatchObject({
      reasons: expect.arrayContaining(['the disk is full']),
    })
    expect((await fetch(`${base}/healthz`)).status).toBe(200)

    disk.free(server)
    expect((await deliver(base, secret, 1_000_000))?.status).toBe(202)
    const copy = join(place.dataDir, 'copy')
    mkdirSync(copy)
    disk.copyAsAfterCrash(server, copy)
    const outcome = await readOutcome({ ...place, dataDir: copy }, [...senders.acknowledged, 1_000_000])
    expect(outcome).toEqual(nothingLost(outcome))
    expect(outcome.kept).toBe(senders.acknowledged.size + 1)
  })
})
