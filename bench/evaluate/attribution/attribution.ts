import { parseArgs } from 'node:util'
import { type Bound, table, verdicts } from '../../report.ts'
import { recordedGoals, worldGoals } from './goals.ts'
import { playRecorded } from './recorded.ts'
import { readRecordedSets } from './recorded-sets.ts'
import { type Answer, type Score, scoreOf } from './score.ts'
import { playWorld } from './simulated.ts'
import { WORLDS } from './worlds.ts'

export type Scores<Contestant extends string = string> = Readonly<Record<Contestant, Score>>

/**
 * Which release introduced a defect: the method beside simple rules, on made worlds whose truth is known and on recorded
 * histories.
 *
 * Options: --seeds 3 (worlds of each kind), --first 1 (seed), --only worlds | histories, --world <part of a name>,
 * --histories <folder> (or HISTORIES; see recorded-sets.ts for what it holds).
 */
export function evaluateAttribution(args: string[]): boolean {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: 'string', default: '3' },
      first: { type: 'string', default: '1' },
      only: { type: 'string' },
      world: { type: 'string', default: '' },
      histories: { type: 'string', default: process.env.HISTORIES ?? '' },
    },
  })
  const goals: Bound[] = []
  if (values.only !== 'histories') {
    const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + Number(values.first))
    const worlds = WORLDS.filter(({ name }) => name.includes(values.world))
    console.log(`# Attribution\n\n## Made worlds\n\nSeeds ${seeds.join(', ')}; the second half of each is scored.`)
    const played = new Map<string, Scores>()
    for (const world of worlds) {
      played.set(world.name, scoresOf(seeds.map((seed) => playWorld(world, seed))))
      console.log(`\n### ${world.name}\n\n${scoreTable(played.get(world.name) as Scores)}`)
    }
    goals.push(...worldGoals(played))
  }
  if (values.only !== 'worlds') {
    console.log('\n## Recorded histories\n')
    const sets = values.histories === '' ? [] : readRecordedSets(values.histories)
    if (sets.length === 0)
      console.log(
        values.histories === ''
          ? 'Skipped: no folder was given (--histories or HISTORIES). They do not come with the product.'
          : `Skipped: ${values.histories} holds none of them.`,
      )
    else console.log('The older half is learned from, the newer half is scored.')
    const played = new Map<string, Scores>()
    for (const set of sets) {
      played.set(set.name, scoresOf([playRecorded(set)]))
      console.log(`\n### ${set.name}\n\n${scoreTable(played.get(set.name) as Scores)}`)
    }
    goals.push(...recordedGoals(played))
  }
  console.log(`\n## Goals\n\n${verdicts(goals)}`)
  return goals.every(({ met }) => met)
}

/** All answers of one contestant, over all runs. */
export function scoresOf<C extends string>(runs: readonly Readonly<Record<C, readonly Answer[]>>[]): Scores<C> {
  const [first] = runs
  const names = Object.keys(first ?? {}) as C[]
  return Object.fromEntries(names.map((name) => [name, scoreOf(runs.flatMap((run) => run[name]))])) as Scores<C>
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`)

function scoreTable(scores: Scores): string {
  const rows = Object.entries(scores).map(([name, score]) => {
    const found = [name, percent(score.top1), percent(score.top3)]
    // Rules give no probability, so nothing else can be said of them.
    if (!score.givesProbabilities) return [...found, '', '', '', '', '', '', '']
    return [
      ...found,
      percent(score.sure),
      percent(score.sureRight),
      percent(score.attributed),
      percent(score.attributedRight),
      percent(score.unattributed),
      percent(score.falselyNamed),
      score.calibrationError.toFixed(3),
    ]
  })
  const answers = Object.values(scores)[0]?.answers ?? 0
  return table(
    [
      `${answers.toLocaleString('en')} defects`,
      'top 1',
      'top 3',
      'p ≥ 0.8',
      'of these right',
      'attributed',
      'of these right',
      'unattributed',
      'background falsely named',
      'calibration error',
    ],
    rows,
  )
}
