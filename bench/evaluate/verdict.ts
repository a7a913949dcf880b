import { parseArgs } from 'node:util'
import { benjaminiHochberg, eBenjaminiHochberg } from '../../src/core/statistics/multiple-tests.ts'
import { compareRates } from '../../src/core/statistics/rate-comparison.ts'
import { productWord, type VerdictWord } from '../../src/core/verdict/product-word.ts'
import { FLAT_RHYTHM } from '../../src/core/verdict/weekly-rhythm.ts'
import { Random } from '../../src/simulation/random.ts'
import { type Bound, table, verdicts } from '../report.ts'
import { median } from '../statistics.ts'
import { compare, type Measured, measure } from './judged-worlds.ts'
import { NAIVE_TESTS } from './naive-tests.ts'
import { DAY_MS, type DrawnWorld, drawWorld, type World } from './release-world.ts'
import { alike, type Setting, UNCHANGED, uneven, WORSE } from './verdict-worlds.ts'

/**
 * The release verdict on made worlds: how often it is wrong about releases that are no worse, how soon it is right about
 * those that are. All looks of a week count: a release that ever alarms has alarmed.
 *
 * Options: --runs 3000 (of each world without a worse release), --power-runs 600, --seed 1.
 */
export function evaluateVerdict(args: string[]): boolean {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: 'string', default: '3000' },
      'power-runs': { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
    },
  })
  const [runs, powerRuns, seed] = [values.runs, values['power-runs'], values.seed].map(Number) as [
    number,
    number,
    number,
  ]
  const random = new Random(seed)
  console.log(`# Release verdict\n\nSeed ${seed}; ${runs} releases per world without a worse one, ${powerRuns} with.`)

  const unchanged = UNCHANGED.map((world) => measure(random.fork(world.draws ?? world.name), world, runs))
  console.log(`\n## False alarms of a week\n\n${falseAlarmTable(unchanged)}`)
  const worse = WORSE.map((world) => measure(random.fork(world.name), world, powerRuns))
  console.log(`\n## Releases that are worse\n\n${powerTable(worse)}`)
  console.log(`\n## Duplicates\n\n${foldingTable(random.fork('folding'), runs, powerRuns)}`)
  console.log(`\n## What is said when\n\n${wordsTable(random.fork('words'), powerRuns)}`)
  console.log(
    `\n## The smallest ratio that could have been noticed\n\n${visibleRatioTable(random.fork('visible'), powerRuns)}`,
  )
  console.log(`\n## Many services\n\n${manyServicesTable(random.fork('services'), Math.ceil(powerRuns / 10))}`)

  const goals = [...falseAlarmGoals(unchanged), ...powerGoals(worse)]
  console.log(`\n## Goals\n\n${verdicts(goals)}`)
  return goals.every(({ met }) => met)
}

/** Three ways to deal with duplicates, on the same worlds. */
function foldingTable(random: Random, runs: number, powerRuns: number): string {
  const worlds: readonly (Setting & { runs: number })[] = [
    { ...uneven, name: 'no worse: uneven, 4 a week, 30 % duplicates', perWeek: 4, duplicates: 0.3, runs },
    {
      ...alike,
      name: 'worse: alike, 4 a week, 5 times, 30 % duplicates',
      perWeek: 4,
      ratio: 5,
      duplicates: 0.3,
      runs: powerRuns,
    },
    { ...alike, name: 'worse: alike, 4 a week, 5 times, no duplicates', perWeek: 4, ratio: 5, runs: powerRuns },
    { ...alike, name: 'worse: alike, 1 a week, 10 times, no duplicates', perWeek: 1, ratio: 10, runs: powerRuns },
  ]
  return table(
    ['`suspect`', 'never folded', 'always within an hour', 'where the history shows them'],
    worlds.map((world) => [
      world.name,
      ...(['never', 'always', 'learned'] as const).map((folding) =>
        percent(measure(random.fork(world.name), { ...world, folding, naive: false }, world.runs).suspected),
      ),
    ]),
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const falseAlarmTable = (rows: readonly Measured[]): string =>
  table(
    [
      'releases that are no worse',
      ...NAIVE_TESTS.map(({ name }) => name),
      'more than before',
      '`watch` or worse',
      '`suspect`',
    ],
    rows.map(({ world, naive, moreThanBefore, watched, suspected }) => [
      world.name,
      ...NAIVE_TESTS.map((_, i) => (naive[i] === undefined ? '' : percent(naive[i]))),
      percent(moreThanBefore),
      percent(watched),
      `**${percent(suspected)}**`,
    ]),
  )

const powerTable = (rows: readonly Measured[]): string =>
  table(
    [
      'releases that are worse',
      ...NAIVE_TESTS.map(({ name }) => name),
      'more than before',
      '`watch` or worse',
      '`suspect`',
      'median defects until then',
      'median hours until then',
    ],
    rows.map(({ world, naive, moreThanBefore, watched, suspected, defects, hours }) => [
      world.name,
      ...NAIVE_TESTS.map((_, i) => (naive[i] === undefined ? '' : percent(naive[i]))),
      percent(moreThanBefore),
      percent(watched),
      `**${percent(suspected)}**`,
      String(defects),
      hours.toFixed(0),
    ]),
  )

const WORDS: readonly VerdictWord[] = ['too early', 'healthy', 'watch', 'suspect']

/** The verdict of the same releases at the ages of one, three and seven days. */
function wordsTable(random: Random, runs: number): string {
  const rows = [1, 4, 20].flatMap((perWeek) =>
    [1, 3, 5].flatMap((ratio) => {
      const world: World = { ...alike, name: '', perWeek, ratio }
      const drawn = Array.from({ length: runs }, () => drawWorld(random, world))
      return [1, 3, 7].map((days) => {
        const words = drawn.map((one) => {
          const { word, interval } = compare(one, FLAT_RHYTHM, days)
          return productWord(word, interval.high)
        })
        const shares = WORDS.map((word) => percent(words.filter((other) => other === word).length / runs))
        return [`${perWeek} a week, ${ratio === 1 ? 'no worse' : `${ratio} times`}, after ${days} d`, ...shares]
      })
    }),
  )
  return table(['', ...WORDS.map((word) => `\`${word}\``)], rows)
}

/** Releases drawn with just the ratio that the verdict names: four of five should have drawn attention. */
function visibleRatioTable(random: Random, runs: number): string {
  const rows = [1, 4, 20].map((perWeek) => {
    const world: World = { ...alike, name: '', perWeek, ratio: 0 }
    const ratios: number[] = []
    let noticed = 0
    for (let run = 0; run < runs; run++) {
      const { earlier, release } = drawWorld(random, world)
      const { visibleRatio } = compare({ earlier, release }, FLAT_RHYTHM)
      ratios.push(visibleRatio)
      const worse = drawWorld(random, { ...world, ratio: visibleRatio, earlier: 0 }).release
      if (compare({ earlier, release: worse }, FLAT_RHYTHM).alarm !== undefined) noticed++
    }
    return [`${perWeek} a week`, `${median(ratios).toFixed(1)} times`, percent(noticed / runs)]
  })
  return table(['after a week', 'median ratio named', 'of releases that bad, noticed'], rows)
}

/** Forty services unchanged, ten with releases six times worse, looked at daily for three days. */
function manyServicesTable(random: Random, weeks: number): string {
  const SAME = 40
  const rates = { e: { false: 0, found: 0 }, p: { false: 0, found: 0 } }
  const tally = (which: 'e' | 'p', found: readonly number[]) => {
    const wrong = found.filter((index) => index < SAME).length
    rates[which].false += wrong / Math.max(1, found.length) / weeks
    rates[which].found += (found.length - wrong) / 10 / weeks
  }
  for (let week = 0; week < weeks; week++) {
    const drawn = Array.from({ length: 50 }, (_, i) =>
      drawWorld(random, { ...alike, name: '', perWeek: 4, ratio: i < SAME ? 1 : 6 }),
    )
    const current = drawn.map((one) => compare(one, FLAT_RHYTHM, 3).currentEvidence)
    tally('e', eBenjaminiHochberg(current, 0.05))
    const least = drawn.map((one) => Math.min(...[1, 2, 3].map((days) => pValueAfter(one, days))))
    tally(
      'p',
      [...benjaminiHochberg(least).entries()].filter(([, p]) => p <= 0.05).map(([i]) => i),
    )
  }
  return table(
    ['at 5 %', 'false among the findings', 'of the ten, found'],
    [
      ['e-BH on the evidence', percent(rates.e.false), percent(rates.e.found)],
      ['BH on the smallest p-value of three days', percent(rates.p.false), percent(rates.p.found)],
    ],
  )
}

function pValueAfter({ release, earlier }: DrawnWorld, days: number): number {
  const counted = [release, ...earlier].map(({ spans, sightings }) => {
    const [{ from, to = from }] = spans as unknown as [{ from: number; to?: number }]
    const until = Math.min(to, from + days * DAY_MS)
    return { count: sightings.filter(({ at }) => at <= until).length, exposure: (until - from) / DAY_MS }
  })
  const [own, ...others] = counted as [{ count: number; exposure: number }, ...{ count: number; exposure: number }[]]
  const total = others.reduce((a, b) => ({ count: a.count + b.count, exposure: a.exposure + b.exposure }))
  return compareRates(own, total).higher
}

const falseAlarmGoals = (rows: readonly Measured[]): Bound[] =>
  [
    ...['alike, 1 a week', 'alike, 4 a week', 'alike, 20 a week'].map((name) => ({ name, most: 0.01 })),
    ...['uneven (shape 2), 4 a week', 'uneven (shape 2), 20 a week'].map((name) => ({ name, most: 0.012 })),
    { name: 'very uneven, 4 a week, 30 earlier', most: 0.01 },
    { name: 'very uneven, 20 a week, 30 earlier', most: 0.01 },
    { name: 'uneven, 4 earlier releases only', most: 0.012 },
    { name: 'uneven, 30 % duplicates, components', most: 0.012 },
  ].map(({ name, most }) => {
    const { suspected } = named(rows, name)
    return {
      promise: `${name}: \`suspect\` at most ${percent(most)}`,
      measured: percent(suspected),
      met: suspected <= most,
    }
  })

const powerGoals = (rows: readonly Measured[]): Bound[] => [
  ...[
    { name: 'alike, 1 a week, 10 times', least: 0.75, defects: 6 },
    { name: 'alike, 4 a week, 10 times', least: 0.99, defects: 6 },
    { name: 'alike, 20 a week, 10 times', least: 0.99, defects: 6 },
    { name: 'alike, 4 a week, 5 times', least: 0.65, defects: 9 },
  ].flatMap(({ name, least, defects }) => {
    const measured = named(rows, name)
    return [
      {
        promise: `${name}: found at least ${percent(least)}`,
        measured: percent(measured.suspected),
        met: measured.suspected >= least,
      },
      {
        promise: `${name}: in at most ${defects} defects (median)`,
        measured: String(measured.defects),
        met: measured.defects <= defects,
      },
    ]
  }),
]

function named(rows: readonly Measured[], name: string): Measured {
  const row = rows.find(({ world }) => world.name === name)
  if (!row) throw new Error(`no world ${name}`)
  return row
}
