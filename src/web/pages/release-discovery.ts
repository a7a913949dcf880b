import { agesOf } from '../../../views/releases/discovery-chart.ts'
import { type DiscoveryPanelProps, WINDOWS, type WindowName } from '../../../views/releases/discovery-panel.tsx'
import { chooseBaseline } from '../../core/verdict/baseline.ts'
import { discoveryBand } from '../../core/verdict/discovery-band.ts'
import { severeAlone } from '../../core/verdict/severe-alone.ts'
import { FLAT_RHYTHM } from '../../core/verdict/weekly-rhythm.ts'
import { judgeRelease } from '../../core/verdict.ts'
import type { JudgedInPlace } from '../../store/measures/release-verdicts.ts'

export interface AskedDiscovery {
  readonly window: string | undefined
  readonly severe: string | undefined
  /** The tab of defects, for the addresses. */
  readonly defects: string | undefined
}

/**
 * The chart of a release's discoveries, from the facts of its verdict, so that it says the same; undefined where it was
 * never live.
 */
export function releaseDiscovery(
  { environment, verdict, facts }: JudgedInPlace,
  asked: AskedDiscovery,
  now: number,
): DiscoveryPanelProps | undefined {
  const liveAt = facts.release.spans[0]?.from
  if (liveAt === undefined || liveAt >= now) return undefined
  const onlySevere = asked.severe === '1'
  const looked = onlySevere ? severeAlone(facts) : facts
  const { comparison, numbers } = onlySevere ? judgeRelease(looked, now) : verdict
  const { release, rhythm = FLAT_RHYTHM } = looked
  const baseline = chooseBaseline(looked.earlier, liveAt)
  const alone = discoveryBand(release, baseline, rhythm, now, [])
  const comparedDays = comparison?.comparedDays
  const askedWindow = NAMES.find((name) => name === asked.window)
  const window = askedWindow ?? suitable(comparedDays || alone.lifeDays)
  const windowDays = WINDOWS.find(({ name }) => name === window)?.days ?? Math.max(alone.lifeDays, LONGEST)
  const ages = agesOf({ discoveries: alone, windowDays, comparedDays })
  return {
    service: facts.service,
    version: release.version,
    environment,
    discoveries: discoveryBand(release, baseline, rhythm, now, ages),
    windowDays,
    comparedDays,
    rolledBack: facts.rolledBackAt !== undefined,
    window,
    askedWindow,
    offersAll: alone.lifeDays > LONGEST,
    onlySevere,
    numbers,
    defects: asked.defects,
  }
}

const NAMES: readonly WindowName[] = [...WINDOWS.map(({ name }) => name), 'all']
const LONGEST = 30

/** The smallest in which the age takes half of the room at most, else the one that has room for it. */
const suitable = (days: number): WindowName =>
  (WINDOWS.find((one) => one.days >= 2 * days) ?? WINDOWS.find((one) => one.days >= days))?.name ?? 'all'
