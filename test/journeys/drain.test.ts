import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { sqliteFile } from '../../src/store/database.ts'
import { describeOnFaultyDisk, launchForTest, prepare } from '../support/faults.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { Senders } from '../support/senders.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

describeOnEachEngine('a server told to stop under load', (openTestStore) => {
  test('answers what it took in, takes in nothing it does not answer, and ends well', async () => {
    const { place, secret } = await prepare(openTestStore)
    const server = launchForTest(place)
    const base = await server.listening
    const senders = new Senders()
    let answers = 0
    await senders.run(base, secret, () => {
      if (++answers === 100) server.process.kill('SIGTERM')
      return 'go on'
    })
    expect(await server.ended).toBe(0)
    expect(Object.keys(senders.answers).sort()).toEqual(['200', '202', 'broken'])
    const outcome = await readOutcome(place, senders.acknowledged)
    expect(outcome).toEqual(nothingLost(outcome))
    expect(outcome.kept).toBe(senders.acknowledged.size)
  })
})

describeOnFaultyDisk('a server told to stop while a commit is on its way', (newDisk) => {
  test('answers on a connection that was open, and says that it was the last time', async () => {
    const { place, secret } = await prepare(testStoresOn('sqlite'))
    const disk = newDisk()
    const server = launchForTest(place, { environment: disk.environment })
    const { port } = new URL(await server.listening)
    const socket = connect({ port: Number(port), host: '127.0.0.1' })
    let received = ''
    socket.setEncoding('latin1').on('data', (text) => {
      received += text
    })
    const send = (n: number) => {
      const body = JSON.stringify({
        service: 'checkout',
        version: `1.0.${n}`,
        environment: 'production',
        id: `run-${n}`,
      })
      socket.write(
        `POST /hooks/ci HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\nIdempotency-Key: delivery-${n}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    }
    disk.hang()
    send(2)
    await expect.poll(() => disk.hanging).toBe(true)
    server.process.kill('SIGTERM')
    await expect.poll(() => refusesToConnect(Number(port))).toBe(true)
    send(4)
    disk.release()
    expect(await server.ended).toBe(0)
    // It took the time to put everything in its place.
    expect(existsSync(`${sqliteFile(place.dataDir)}-wal`)).toBe(false)
    const answers = received.split(/(?=HTTP\/1\.1 )/)
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['202', '202'])
    expect(answers.map((answer) => /^connection: close\r$/im.test(answer))).toEqual([false, true])
    const outcome = await readOutcome(place, [2, 4])
    expect(outcome).toEqual(nothingLost(outcome))
  })
})

function refusesToConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}
