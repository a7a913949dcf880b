import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Interpretation } from '../../src/core/event.ts'
import { Random } from '../../src/simulation/random.ts'
import { github } from '../../src/sources/github/index.ts'
import { sources } from '../../src/sources/index.ts'
import type { Source } from '../../src/sources/source.ts'
import { testStoresOn } from '../support/stores.ts'
import { fuzzSource } from './fuzz-source.ts'
import { keep } from './keeping.ts'
import { type Mutated, mutate } from './mutate.ts'

/** `npm run fuzz`, shortly. Its seed is fixed, so that a run that failed fails again. */

const SEED = 20
const RUNS = 40
const SENT_OF = 20
/** What takes quadratic time takes minutes; what takes a tenth of a second may do so for the machine's sake. */
const LONGEST_MS = 3_000
const sqlite = testStoresOn('sqlite')

describe.each(sources.map((source) => [source.kind, source] as const))('spoilt deliveries of %s', (kind, source) => {
  test('are read, ignored or unreadable, and kept as they came', async () => {
    const share: Mutated[] = []
    const { findings } = fuzzSource(source, { runs: RUNS, seed: SEED, longestMs: LONGEST_MS }, (mutated, run) => {
      if (run % SENT_OF === 0) share.push(mutated)
    })
    expect(findings.map(({ run, what, mutated }) => `run ${run}: ${what} (${mutated.how.join(', ')})`)).toEqual([])
    const { dataDir } = await sqlite.newPlace()
    expect(await keep(dataDir, kind, share)).toEqual([])
  })
})

describe('the fuzzer', () => {
  const findingsOf = (wrong: Partial<Source>) =>
    fuzzSource({ ...github, ...wrong }, { runs: 5, seed: SEED }).findings.map(({ what }) => what)
  const made = (interpretation: Interpretation) => findingsOf({ interpret: () => interpretation })[0]

  test('finds what a source must not do', () => {
    const thrown = () => {
      throw new Error('oh')
    }
    expect(findingsOf({ interpret: thrown })).toContain('threw Error: oh')
    expect(findingsOf({ verify: () => true })[0]).toBe('threw Error: believed a stranger')
    expect(findingsOf({ deliveryId: () => '' })[0]).toBe('threw Error: named it ')
    expect(findingsOf({ eventName: () => 'a\u0000' })[0]).toContain('named its event')
    expect(made({ kind: 'ignored', reason: '' })).toBe('reason is empty')
    expect(made({ kind: 'unreadable', problems: [] })).toBe('no problem')
    expect(made({ kind: 'unreadable', problems: [{ path: 'a\u0000', message: 'is bad' }] })).toContain('control')
    const defect = { type: 'defect', title: 'It fails', at: 0, count: 1 } as const
    expect(made({ kind: 'events', events: [defect] })).toBeUndefined()
    expect(made({ kind: 'events', events: [{ ...defect, title: 'a\u0000' }] })).toBe(
      'events.0.title has control characters',
    )
    expect(made({ kind: 'events', events: [{ ...defect, files: ['\ud800'] }] })).toBe(
      'events.0.files.0 has half a character',
    )
    expect(made({ kind: 'events', events: [{ ...defect, at: Number.NaN }] })).toBe('events.0.at: NaN')
    expect(made({ kind: 'events', events: [defect], notes: ['x'.repeat(5_000)] })).toBe('notes.0 has 5000 characters')
  })

  test('finds what takes too long of the processor', () => {
    const busy = () => {
      const before = process.cpuUsage()
      for (;;) {
        const { user, system } = process.cpuUsage(before)
        if (user + system > 60_000) return { kind: 'ignored', reason: 'slowly' } as const
      }
    }
    const findingsWithin = (longestMs: number) =>
      fuzzSource({ ...github, interpret: busy }, { runs: 1, seed: SEED, longestMs }).findings.map(({ what }) => what)
    expect(findingsWithin(20)).toEqual([expect.stringMatching(/^took \d+ ms$/)])
    expect(findingsWithin(60_000)).toEqual([])
  })

  test('makes the same of the same seed, and something else each time', () => {
    const sample = {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"a":[1,{"b":"c"}]}'),
      receivedAt: 0,
    }
    const bodies = (seed: number) =>
      Array.from({ length: 50 }, (_, run) => {
        const { delivery } = mutate(sample, new Random(seed).fork(`${run}`))
        return hash('sha256', delivery.body)
      })
    expect(bodies(1)).toEqual(bodies(1))
    expect(new Set([...bodies(1), ...bodies(2)]).size).toBeGreaterThan(60)
  })
})
