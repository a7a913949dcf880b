import type { Interpretation } from '../../src/core/event.ts'
import { keptHeaders } from '../../src/operations/intake/receive-delivery.ts'
import { Random } from '../../src/simulation/random.ts'
import type { RawDelivery, Source } from '../../src/sources/source.ts'
import { faultsIn } from '../sources/faults-in.ts'
import { readFixtures } from '../sources/fixtures.ts'
import { type Mutated, mutate } from './mutate.ts'

/** Nothing else of this thread is done meanwhile. On a machine that is slow or busy it may be more, and no fault. */
const LONGEST_PAUSE_MS = 100

/** Something that a source must not do, whatever it is sent. */
export interface Finding {
  readonly kind: string
  readonly run: number
  readonly what: string
  readonly mutated: Mutated
}

export interface Fuzzed {
  readonly kind: string
  readonly runs: number
  readonly outcomes: Readonly<Record<Interpretation['kind'], number>>
  readonly slowest: { readonly run: number; readonly ms: number; readonly bytes: number }
  readonly findings: readonly Finding[]
}

/**
 * Gives a source mutations of its fixtures. A run is repeated by its seed and number alone.
 * @param eachTime gets every mutation, in order
 */
export function fuzzSource(
  source: Source,
  {
    runs,
    seed,
    longestMs = LONGEST_PAUSE_MS,
  }: { readonly runs: number; readonly seed: number; readonly longestMs?: number },
  eachTime: (mutated: Mutated, run: number) => void = () => {},
): Fuzzed {
  const { kind } = source
  const samples = readFixtures(kind).map(({ delivery }) => delivery)
  const outcomes = { events: 0, ignored: 0, unreadable: 0 }
  const findings: Finding[] = []
  let slowest = { run: 0, ms: 0, bytes: 0 }
  for (let run = 0; run < runs; run++) {
    const random = new Random(seed).fork(`${kind} ${run}`)
    const mutated = mutate(random.pick(samples), random)
    const found = (what: string) => findings.push({ kind, run, what, mutated })
    try {
      const { made, ms } = read(source, mutated.delivery, longestMs)
      outcomes[made.kind]++
      for (const fault of faultsIn(made)) found(fault)
      if (ms > slowest.ms) slowest = { run, ms, bytes: mutated.delivery.body.byteLength }
      if (ms > longestMs) found(`took ${Math.round(ms)} ms`)
    } catch (error) {
      found(`threw ${String(error).slice(0, 200)}`)
    }
    eachTime(mutated, run)
  }
  return { kind, runs, outcomes, slowest, findings }
}

/** All that a source does with a delivery, and the longest of the pauses: before the answer, reading it, naming it. */
function read(source: Source, delivery: RawDelivery, longestMs: number): { made: Interpretation; ms: number } {
  const answering = timed(() => {
    if (source.verify(delivery, ['whsec_c2VjcmV0IG9mIG5vYm9keQ==', 'a secret'])) throw new Error('believed a stranger')
    const id = source.deliveryId(delivery)
    if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > 500))
      throw new Error(`named it ${String(id).slice(0, 40)}`)
  }, longestMs)
  const kept = { ...delivery, headers: keptHeaders(delivery.headers) }
  const interpreting = timed(() => source.interpret(kept), longestMs)
  const naming = timed(() => source.eventName?.(kept), longestMs)
  const name = naming.result
  if (name !== undefined && !/^[\x20-\x7e]{1,200}$/.test(name)) throw new Error(`named its event ${name.slice(0, 40)}`)
  return { made: interpreting.result, ms: Math.max(answering.ms, interpreting.ms, naming.ms) }
}

/** How long it keeps the thread, least of three tries: others take the processor now and then. */
function timed<T>(work: () => T, longestMs: number): { result: T; ms: number } {
  let ms = Number.POSITIVE_INFINITY
  for (let tries = 1; ; tries++) {
    const [startedAt, used] = [performance.now(), process.cpuUsage()]
    const result = work()
    const { user, system } = process.cpuUsage(used)
    // What other programs had of the processor is no pause of ours; what our other threads had, none either.
    ms = Math.min(ms, performance.now() - startedAt, (user + system) / 1000)
    if (ms <= longestMs || tries === 3) return { result, ms }
  }
}
