import { withQuery } from '../../../../views/paths.ts'
import {
  type ComparedRelease,
  ComparePage,
  type Comparison,
  type DefectGroup,
  LETTERS,
} from '../../../../views/releases/compare-page.tsx'
import { compareCounts } from '../../../core/verdict/equal-age.ts'
import { stayOf } from '../../../core/verdict/release-sign.ts'
import { judgeRelease } from '../../../core/verdict/verdict.ts'
import type { Db } from '../../../store/database.ts'
import { listRows } from '../../../store/defects/defect-list.ts'
import { listRecentNames, listSharedPlaces } from '../../../store/measures/comparison-facts.ts'
import { findRelease, type ReleaseDetails } from '../../../store/releases/release-queries.ts'
import { findEnvironment } from '../../../store/services/services.ts'
import type { Deps } from '../../deps.ts'
import { comparedIds, type LaidComparison, layComparison, seenInSeveral } from '../../pages/comparison.ts'
import { showUnknownRelease } from '../../pages/unknown-release.tsx'
import { releaseName } from '../../query.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

const MOST = LETTERS.length
const OFFERED = 60
const SHOWN = 50

/** Two to four releases at the same age. */
export function registerCompareRoutes(routes: Routes, deps: Deps): void {
  routes.get('/releases/compare', 'session', async (c) => {
    const query = new URL(c.req.url).searchParams
    // The ticked rows of the list all have one name.
    const ticked = query.getAll('release')
    if (ticked.length > 0 && ticked.length <= MOST) return c.redirect(comparePath(ticked, query.get('env') ?? ''), 302)
    return await showComparison(c, deps, query)
  })
}

const comparePath = (names: readonly string[], env: string): string =>
  withQuery('/releases/compare', {
    ...Object.fromEntries(names.map((name, i) => [(LETTERS[i] as string).toLowerCase(), name])),
    env,
  })

async function showComparison(c: Ctx, deps: Deps, query: URLSearchParams): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const remarks: string[] = []
  const ticked = query.getAll('release')
  if (ticked.length > MOST)
    remarks.push(`${ticked.length} releases are too many to compare at once; these are the first ${MOST}.`)
  const asked =
    ticked.length > 0
      ? ticked.slice(0, MOST)
      : LETTERS.flatMap((letter) => query.get(letter.toLowerCase())?.trim() || [])
  const releases: ReleaseDetails[] = []
  for (const text of asked) {
    const name = releaseName.safeParse(text)
    if (!name.success) {
      remarks.push(`‘${text.slice(0, 80)}’ is no release; write service@version, such as checkout-api@4.18.0.`)
      continue
    }
    const release = await findRelease(db, name.data.service, name.data.version)
    if (!release) return await showUnknownRelease(c, deps, name.data.service, name.data.version)
    if (releases.some(({ id }) => id === release.id)) remarks.push(`${text} is named twice.`)
    else releases.push(release)
  }
  const picked = releases.map(({ service, version }) => `${service}@${version}`)
  const places = await listSharedPlaces(
    db,
    releases.map(({ id }) => id),
  )
  const env = query.get('env')?.trim() ?? ''
  const asEnvironment = env ? await findEnvironment(db, env) : undefined
  if (env && !asEnvironment) remarks.push(`Unknown environment ‘${env.slice(0, 80)}’.`)
  const environment = asEnvironment ?? places[0]
  const comparison = releases.length >= 2 && environment ? await compare(db, releases, environment, now) : undefined
  if (releases.length >= 2 && !environment) remarks.push('None of these releases was ever live anywhere.')
  const [a, b, ...rest] = picked
  return page(
    c,
    deps,
    {
      title: comparison ? `Compare ${releases.map(({ version }) => version).join(', ')}` : 'Compare releases',
      active: 'releases',
      live: comparison ? ['deployments', 'defects'] : [],
      crumbs: [{ text: 'Releases', href: '/releases' }, { text: 'Compare' }],
    },
    <ComparePage
      picker={{
        picked,
        names: await listRecentNames(db, [...new Set(releases.map(({ serviceId }) => serviceId))], OFFERED),
        environment: environment?.name ?? '',
        environments: [...new Set([...places.map(({ name }) => name), ...(environment ? [environment.name] : [])])],
        swap: a && b ? comparePath([b, a, ...rest], env) : undefined,
        remarks,
      }}
      comparison={comparison}
      now={now}
    />,
  )
}

async function compare(
  db: Db,
  releases: readonly ReleaseDetails[],
  environment: { readonly id: number; readonly name: string },
  now: number,
): Promise<Comparison> {
  const laid = await layComparison(db, releases, environment, now)
  const { commonDays, facts, releases: lives } = laid
  const compared = releases.flatMap((release, i): ComparedRelease[] => {
    const [fact, at, letter] = [facts[i], lives[i], LETTERS[i]]
    if (!fact || !at || !letter) return []
    return [
      {
        letter,
        service: release.service,
        version: release.version,
        kind: release.kind,
        at,
        verdict: judgeRelease(fact.verdictFacts, now),
        stay: stayOf(fact.verdictFacts),
        regressions: comparedIds(laid, i, 'regressed').length,
        failedDeployments: fact.failedDeployments,
        commits: release.commitCount,
      },
    ]
  })
  const first = lives[0]?.byCommonAge.all ?? 0
  return {
    environment: environment.name,
    commonDays,
    releases: compared,
    differences: lives.slice(1).map(({ byCommonAge }) => compareCounts(first, byCommonAge.all, commonDays)),
    groups: await groupsOf(db, compared, laid),
    stoppedAfter: facts.find(({ seen }) => seen.stoppedAfter !== null)?.seen.stoppedAfter ?? null,
  }
}

/** Defects that were seen in one of the releases alone, by release, and those seen in several. */
async function groupsOf(db: Db, releases: readonly ComparedRelease[], laid: LaidComparison): Promise<DefectGroup[]> {
  const group = async (
    title: string,
    counted: DefectGroup['counted'],
    ids: readonly number[],
  ): Promise<DefectGroup> => ({ title, counted, rows: await listRows(db, ids.slice(0, SHOWN)), defects: ids.length })
  return await Promise.all([
    ...releases.map(({ letter, version }, i) =>
      group(`Only in ${letter}, ${version}`, `only-${letter}`, comparedIds(laid, i, 'only')),
    ),
    group(releases.length === 2 ? 'In both' : 'In several', 'several', seenInSeveral(laid)),
  ])
}
