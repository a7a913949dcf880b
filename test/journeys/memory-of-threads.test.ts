import { resolve } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { compileServer } from '../support/compiled-server.ts'
import { launchForTest, prepare } from '../support/faults.ts'
import { testStoresOn } from '../support/stores.ts'

const SAY_LIMITS = resolve(import.meta.dirname, '../support/young-limits.mjs')

describe('the threads of a server started as `npm start` does', () => {
  test('have the young generations that they ask for, not that of the first', async () => {
    const { place } = await prepare(testStoresOn('sqlite'))
    const server = launchForTest(place, {
      program: ['--max-semi-space-size=8', '--import', SAY_LIMITS, compileServer(inject('runFolder'))],
    })
    await server.listening
    const limits = () =>
      Array.from(server.said().matchAll(/^heap of thread \d+: ([\d.]+) MB$/gm), ([, limit]) => Number(limit)).sort(
        (a, b) => b - a,
      )
    await expect.poll(limits).toHaveLength(3)
    const [first = 0, ...others] = limits()
    // Three semi-spaces of 8 MB; of 8 and 4 MB in all for what is processed and what is written.
    for (const limit of others) expect(first - limit).toBeGreaterThanOrEqual(12)
  })
})
