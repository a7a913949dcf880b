import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { sources } from '../../src/sources/index.ts'
import { type Finding, type Fuzzed, fuzzSource } from './fuzz-source.ts'
import { keep } from './keeping.ts'
import type { Mutated } from './mutate.ts'

/**
 * npm run fuzz -- [--source KIND] [--runs 20000] [--seed N]
 * Spoils the fixtures of each source at random and reads what comes out: nothing may throw, take longer than 100 ms or be
 * unfit to be stored, and of every 100th, signed and sent on SQLite, the bytes must be kept and worked off. Prints a
 * Markdown table; ends with 1 when there is a finding, which lies in reports/fuzz, one of each kind.
 */
const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
if (!(Number.isSafeInteger(runs) && runs > 0)) throw new Error('--runs must be a whole number above 0')
if (!Number.isSafeInteger(seed)) throw new Error('--seed must be a whole number')
const chosen = sources.filter(({ kind }) => values.source === undefined || kind === values.source)
if (chosen.length === 0) throw new Error(`--source takes one of ${sources.map(({ kind }) => kind).join(', ')}`)
const SENT_OF = 100

console.log(`# Fuzz\n\nseed ${seed}, ${runs.toLocaleString('en')} runs of each source\n`)
print(['source', 'runs', 'read', 'ignored', 'unreadable', 'sent', 'slowest, ms', 'its run', 'its bytes', 'findings'])
print(['---', ...Array<string>(9).fill('--:')])
const findings: Finding[] = []
for (const source of chosen) {
  const share: { mutated: Mutated; run: number }[] = []
  const fuzzed = fuzzSource(source, { runs, seed }, (mutated, run) => {
    if (run % SENT_OF === 0) share.push({ mutated, run })
  })
  const unkept = await inFolder((folder) =>
    keep(
      folder,
      source.kind,
      share.map(({ mutated }) => mutated),
    ),
  )
  const ofShare = unkept.flatMap(({ of, what }) => {
    const sent = share[of]
    return sent ? [{ kind: source.kind, ...sent, what }] : []
  })
  findings.push(...fuzzed.findings, ...ofShare)
  print(rowOf(fuzzed, share.length, fuzzed.findings.length + ofShare.length))
}
report(findings)
process.exitCode = findings.length === 0 ? 0 : 1

function print(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

function rowOf({ kind, outcomes, slowest }: Fuzzed, sent: number, found: number): (string | number)[] {
  const { events, ignored, unreadable } = outcomes
  return [kind, runs, events, ignored, unreadable, sent, slowest.ms.toFixed(1), slowest.run, slowest.bytes, found]
}

/** The first of each that read alike but for their numbers. */
function report(all: readonly Finding[]): void {
  const alike = new Map<string, Finding[]>()
  for (const finding of all) {
    const key = `${finding.kind}: ${finding.what.replaceAll(/\d+/g, '#')}`
    alike.set(key, [...(alike.get(key) ?? []), finding])
  }
  const folder = resolve(import.meta.dirname, '../../reports/fuzz')
  if (alike.size > 0) mkdirSync(folder, { recursive: true })
  for (const [first, ...others] of alike.values()) {
    if (!first) continue
    const { kind, run, what, mutated } = first
    const file = join(folder, `${kind}-${seed}-${run}.json`)
    const { headers, body } = mutated.delivery
    writeFileSync(file, JSON.stringify({ what, how: mutated.how, headers, body: Buffer.from(body).toString('base64') }))
    console.log(
      `\n- FINDING: ${kind}, run ${run} and ${others.length} others: ${what} (${mutated.how.join(', ')}); ${file}`,
    )
  }
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'postflight-fuzz-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
