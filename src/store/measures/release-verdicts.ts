import type { EnvironmentTier } from '../../core/event.ts'
import { chooseBaseline } from '../../core/verdict/baseline.ts'
import { gravity } from '../../core/verdict/product-word.ts'
import { foundByAge } from '../../core/verdict/release-discovery.ts'
import { judgeRelease, type Verdict, type VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Db } from '../database.ts'
import { loadVerdictFacts } from './verdict-facts.ts'

export interface VerdictInPlace {
  readonly environment: string
  readonly tier: EnvironmentTier
  readonly verdict: Verdict
}

export interface JudgedInPlace extends VerdictInPlace {
  /** On which the verdict rests. */
  readonly facts: VerdictFacts
}

/** A release as its verdicts need it. */
interface Judged {
  readonly id: number
  readonly serviceId: number
  readonly service: string
}

/** The verdict on a release in one environment, reached or not. */
export async function judgeInPlace(
  db: Db,
  release: Judged,
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<Verdict> {
  return judgeRelease(await loadFacts(db, release, environment, now), now)
}

const loadFacts = (db: Db, release: Judged, environment: { readonly id: number; readonly name: string }, now: number) =>
  loadVerdictFacts(
    db,
    {
      releaseId: release.id,
      serviceId: release.serviceId,
      service: release.service,
      environmentId: environment.id,
      environment: environment.name,
    },
    now,
  )

/** The defects that a release had shown in an environment when it had been live for so many days, as its chart counts them. */
export async function listShownBy(
  db: Db,
  release: Judged,
  environment: { readonly id: number; readonly name: string },
  asked: { readonly days: number; readonly onlySevere: boolean },
  now: number,
): Promise<readonly number[]> {
  return foundByAge(await loadFacts(db, release, environment, now), asked, now)
}

/** The releases that a release is compared with in an environment, by the choice of its verdict. */
export async function listBaseline(
  db: Db,
  release: Judged,
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<{ readonly usual: readonly number[]; readonly all: readonly number[] }> {
  const { release: own, earlier } = await loadFacts(db, release, environment, now)
  const liveAt = own.spans[0]?.from
  if (liveAt === undefined || liveAt >= now) return { usual: [], all: [] }
  const { recent, older } = chooseBaseline(earlier, liveAt)
  const usual = recent.map(({ releaseId }) => releaseId)
  return { usual, all: [...usual, ...older.map(({ releaseId }) => releaseId)] }
}

/** The verdict on a release in every environment it reached: production first, there the gravest, then the latest. */
export async function listVerdicts(db: Db, release: Judged, now: number): Promise<JudgedInPlace[]> {
  const places = await db
    .selectFrom('first_deployments')
    .innerJoin('environments', 'environments.id', 'environment_id')
    .select(['environments.id', 'name', 'tier', 'at'])
    .where('release_id', '=', release.id)
    .execute()
  places.sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1))
  const verdicts = await Promise.all(
    places.map(async (place) => {
      const facts = await loadFacts(db, release, place, now)
      const verdict = judgeRelease(facts, now)
      return { environment: place.name, tier: place.tier as EnvironmentTier, verdict, facts }
    }),
  )
  // The order in time is kept among equals.
  return verdicts.sort((a, b) => rank(a.tier) - rank(b.tier) || gravity(b.verdict.word) - gravity(a.verdict.word))
}

const TIERS: readonly string[] = [
  'production',
  'staging',
  'testing',
  'development',
  'other',
] satisfies EnvironmentTier[]
const rank = (tier: string): number => TIERS.indexOf(tier)
