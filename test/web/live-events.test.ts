import { describe, expect, test } from 'vitest'
import { openPages, type Pages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')

async function listen(pages: Pages) {
  const answer = await pages.visit('/events', { part: true })
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    answer,
    /** Reads until the text holds `part`, or the stream ends. */
    async until(part: string): Promise<string> {
      while (!text.includes(part)) {
        const { done, value } = await reader.read()
        if (done) break
        text += decoder.decode(value, { stream: true })
      }
      return text
    },
    async ended(): Promise<boolean> {
      while (!(await reader.read()).done);
      return true
    },
    close: () => reader.cancel(),
  }
}

describe('the event stream', () => {
  test('tells that something changed, and nothing of what', async () => {
    const pages = await openPages(onSqlite)
    const stream = await listen(pages)
    expect(stream.answer.headers.get('Content-Type')).toContain('text/event-stream')
    await stream.until(': listening')
    pages.deps.liveEvents.publish({ topic: 'defects', defectId: 7 })
    expect(await stream.until('event: defects')).not.toContain('7')
    await stream.close()
  })

  test('a burst of one topic is told once at first; another topic is not held back', async () => {
    const pages = await openPages(onSqlite)
    const stream = await listen(pages)
    await stream.until(': listening')
    for (let i = 0; i < 50; i++) pages.deps.liveEvents.publish({ topic: 'deliveries' })
    pages.deps.liveEvents.publish({ topic: 'deployments' })
    const text = await stream.until('event: deployments')
    expect(text.match(/event: deliveries/g)).toHaveLength(1)
    await stream.close()
  })

  test('ends when the server stops', async () => {
    const stopping = new AbortController()
    const pages = await openPages(onSqlite, { stopping: stopping.signal })
    const stream = await listen(pages)
    await stream.until(': listening')
    stopping.abort()
    expect(await stream.ended()).toBe(true)
  })

  test.each([
    ['was ended', (pages: Pages) => pages.store.db.deleteFrom('sessions').execute()],
    ['is past its end', (pages: Pages) => pages.store.db.updateTable('sessions').set({ expires_at: 1 }).execute()],
    [
      'is of a person who was disabled',
      (pages: Pages) => pages.store.db.updateTable('users').set({ disabled_at: 1 }).execute(),
    ],
  ])('ends without a word when its session %s', async (_, end) => {
    const pages = await openPages(onSqlite)
    const stream = await listen(pages)
    await stream.until(': listening')
    await end(pages)
    pages.deps.liveEvents.publish({ topic: 'defects' })
    expect(await stream.until('event: defects')).not.toContain('event: defects')
  })

  test('is counted for as long as it lasts', async () => {
    const pages = await openPages(onSqlite)
    const counted = async () => /^live_streams (\d+)$/m.exec(await (await pages.get('/metrics')).text())?.[1]
    expect(await counted()).toBe('0')
    const stream = await listen(pages)
    await stream.until(': listening')
    expect(await counted()).toBe('1')
    await stream.close()
    expect(await counted()).toBe('0')
  })

  test('is for those who are signed in', async () => {
    const pages = await openPages(onSqlite)
    const answer = await pages.app.request('/events', { headers: { Accept: 'text/event-stream' } })
    expect(answer.status).toBe(401)
  })
})
