import { dictionaryOf, versionsWrittenIn } from '../../core/attribution/evidence/text-mentions.ts'
import {
  type AttributionFacts,
  CLOCK_TOLERANCE_MS,
  type Elsewhere,
  type PlaceHistory,
  type ServiceHistory,
  type StatedRelease,
  type Undone,
} from '../../core/attribution/facts.ts'
import { withFilesOf } from '../../core/attribution/unlearned.ts'
import type { AttributionDecision } from '../../core/defect/defect.ts'
import type { Db } from '../database.ts'
import type { DefectRecord } from '../defects/defects.ts'
import { canonicalReleaseId } from '../releases/releases.ts'
import type { AttributionReads, Service } from './attribution-reads.ts'
import type { BlamedReleases, ReleaseName, StatedReleases } from './named-releases.ts'
import type { ReachedPlace } from './place-history.ts'
import { profileFrom } from './service-profiles.ts'
import { listServicesInQuestion } from './services-in-question.ts'

/** Environments of one service that are looked at for one defect; the one that it names comes first, then production. */
const MOST_PLACES = 12
/** Candidates in each of the services that a defect may be of which names none. */
const MOST_OF_ANY = 12

/** The sighting that is to be explained: the first of all, or the first of its present life. */
interface Sighting {
  readonly at: number
  /** What it says was running. */
  readonly stated: DefectRecord['stated']
  /** Only what arrived later than this can have brought it back; undefined in its first life. */
  readonly after: number | undefined
}

/**
 * Everything that the attribution of one defect looks at. What it reads is bounded by the number of environments and
 * candidates, not by how much history there is.
 */
export async function loadAttributionFacts(reads: AttributionReads, defect: DefectRecord): Promise<AttributionFacts> {
  const sighting = await findSighting(reads.db, defect)
  const { service } = defect
  const known: KnownService[] = []
  for (const asked of service
    ? [{ service, relation: 'own' as const }, ...(await dependenciesOf(reads, service))]
    : await servicesInQuestion(reads, defect, sighting.at))
    known.push(await loadService(reads, defect, sighting, asked))
  const naming = known.filter(({ history }) => history.relation !== 'dependency')
  const { evidence } = defect
  const { deployment, version, commit } = sighting.stated
  const undone: Undone[] = []
  for (const one of naming) undone.push(...(await reads.undoneOf(one.service).after(defect, sighting.at)))
  return {
    defect: {
      firstSeenAt: sighting.at,
      sourceKind: defect.detection,
      service: service?.name,
      environment: defect.environmentName,
      seenIn: {
        version: stated(
          version,
          onlyOne(naming, ({ stated: { version: found } }) => found),
        ),
        commit: stated(
          commit,
          onlyOne(naming, ({ stated: { commit: found } }) => found),
        ),
      },
      blamed: {
        deployment: stated(
          deployment,
          onlyOne(naming, ({ stated: { deployment: found } }) => found),
        ),
        release: stated(
          evidence.introducedIn,
          onlyOne(naming, ({ blamed: { release } }) => release),
        ),
        commits:
          naming.length === 0
            ? undefined
            : evidence.culpritCommits.flatMap(
                (sha, i) =>
                  stated(
                    sha,
                    onlyOne(naming, ({ blamed: { commits } }) => commits[i]?.release),
                  ) ?? [],
              ),
      },
      files: evidence.files,
      components: evidence.components,
      text: textOf(defect),
      links: evidence.links,
      elsewhere: service ? await listElsewhere(reads.db, defect, sighting, known[0]?.history.places ?? []) : [],
      earlierSightings: [],
      undone,
      decision: await canonicalDecision(reads.db, defect.decisions.attribution?.value),
      counted: defect.counted,
    },
    services: service ? known.map(({ history }) => history) : withoutSharedNames(known.map(({ history }) => history)),
  }
}

/** A service that is looked at, and what the report names of it. */
interface KnownService {
  readonly service: Service
  readonly history: ServiceHistory
  readonly stated: StatedReleases
  readonly blamed: BlamedReleases
}

interface AskedService {
  readonly service: Service
  readonly relation: ServiceHistory['relation']
  /** Where it is looked at; everywhere when undefined. */
  readonly places?: readonly ReachedPlace[]
  /** Candidates in each place, when other than usual. */
  readonly most?: number
}

const dependenciesOf = async (reads: AttributionReads, { id }: Service): Promise<AskedService[]> =>
  (await reads.dependenciesOf(id)).map((service) => ({ service, relation: 'dependency' }))

/** Whatever was deployed lately to where it was seen. */
async function servicesInQuestion(reads: AttributionReads, defect: DefectRecord, at: number): Promise<AskedService[]> {
  const places = (await reads.environmentsFor(defect.environmentName)).slice(0, MOST_PLACES)
  const services = await listServicesInQuestion(
    reads.db,
    places.map(({ environmentId }) => environmentId),
    at + CLOCK_TOLERANCE_MS,
  )
  return services.map((service) => ({ service, relation: 'any', places, most: MOST_OF_ANY }))
}

/** What a name stands for, when of all services that may be meant one has it; else it tells nothing. */
function onlyOne(
  known: readonly KnownService[],
  find: (one: KnownService) => ReleaseName | undefined,
): ReleaseName | undefined {
  const [release, another] = known.flatMap((one) => find(one) ?? [])
  return another ? undefined : release
}

/** The same for versions that the text may name. */
function withoutSharedNames(services: readonly ServiceHistory[]): ServiceHistory[] {
  const owners = new Map<string, number>()
  for (const { dictionary } of services)
    for (const name of dictionary?.keys() ?? []) owners.set(name, (owners.get(name) ?? 0) + 1)
  return services.map((service) => ({
    ...service,
    dictionary: new Map([...(service.dictionary ?? [])].filter(([name]) => owners.get(name) === 1)),
  }))
}

const textOf = ({ title, description }: DefectRecord): string =>
  description === undefined ? title : `${title}\n${description}`

const stated = (text: string | undefined, release: ReleaseName | undefined): StatedRelease | undefined =>
  text === undefined ? undefined : { text, releaseId: release?.id }

/** A defect that came back is explained by what changed since its fix; its first sighting was explained before. */
async function findSighting(db: Db, defect: DefectRecord): Promise<Sighting> {
  const { number, since } = defect.generation
  if (number === 1 || since === undefined) return { at: defect.firstSeenAt, stated: defect.stated, after: undefined }
  const lives = await db
    .selectFrom('generations')
    .select(['number', 'seen_version', 'fixed_at', 'fixed_in_json'])
    .where('defect_id', '=', defect.id)
    .where('number', 'in', [number - 1, number])
    .execute()
  const before = lives.find((life) => life.number === number - 1)
  const now = lives.find((life) => life.number === number)
  return {
    at: since,
    stated: { version: now?.seen_version ?? undefined, commit: undefined, deployment: undefined },
    after: before && defect.service ? await findFixDeployed(db, defect.service.id, before) : undefined,
  }
}

/** Just before the first release with the fix was deployed, that may have been a bad one itself; else when it was said. */
async function findFixDeployed(
  db: Db,
  serviceId: number,
  life: { readonly fixed_at: number | null; readonly fixed_in_json: string },
): Promise<number | undefined> {
  const versions = JSON.parse(life.fixed_in_json) as string[]
  const fix =
    versions.length === 0
      ? undefined
      : await db
          .selectFrom('releases')
          .select((eb) => eb.fn.min<number | null>('first_deployed_at').as('at'))
          .where('service_id', '=', serviceId)
          .where('version', 'in', versions)
          .executeTakeFirst()
  return fix?.at == null ? (life.fixed_at ?? undefined) : Number(fix.at) - 1
}

/** A release that a person chose may have turned out to be another one since. */
async function canonicalDecision(
  db: Db,
  decision: AttributionDecision | undefined,
): Promise<AttributionDecision | undefined> {
  if (!decision || decision.kind === 'not-a-change') return decision
  return { ...decision, releaseId: await canonicalReleaseId(db, decision.releaseId) }
}

/** The other environments that its service reached, and when it was seen there first. */
async function listElsewhere(
  db: Db,
  defect: DefectRecord,
  { at, after }: Sighting,
  places: readonly PlaceHistory[],
): Promise<Elsewhere[]> {
  const others = places.filter(({ environment }) => environment !== defect.environmentName)
  if (defect.environmentName === undefined || others.length === 0) return []
  const rows = await db
    .selectFrom('reports')
    .innerJoin('sightings', 'sightings.report_id', 'reports.id')
    .select((eb) => ['environment', eb.fn.min<number>('seen_at').as('first')])
    .where('defect_id', '=', defect.id)
    .where('seen_at', '>=', after === undefined ? 0 : at)
    .groupBy('environment')
    .execute()
  const first = new Map(rows.map((row) => [row.environment, Number(row.first)]))
  return others.map(({ environment }) => ({
    environment,
    firstSeenAt: first.get(environment),
    watchedUntil: defect.lastSeenAt,
  }))
}

async function loadService(
  reads: AttributionReads,
  defect: DefectRecord,
  { at, after, stated: says }: Sighting,
  { service, relation, places: asked, most }: AskedService,
): Promise<KnownService> {
  const names = relation !== 'dependency'
  const named = {
    stated: names ? await reads.named.stated(service.id, says) : NOTHING_STATED,
    blamed: names ? await reads.named.blamed(service.id, defect.evidence) : NOTHING_BLAMED,
  }
  const places: PlaceHistory[] = []
  for (const place of asked ?? placesFor(defect, await reads.placesOf(service.id))) {
    const history = await reads.historyOf(service.id, place, at, { after, most })
    if (history) places.push(history)
  }
  // Only what had been deployed by then: a version that is named before it exists says nothing yet.
  const mentioned = await reads.named.called(service.id, versionsWrittenIn(textOf(defect)), at + CLOCK_TOLERANCE_MS)
  const ids = new Set([
    ...places.flatMap(({ candidates }) => candidates.map(({ releaseId }) => releaseId)),
    ...Object.values(named.stated).flatMap((release) => release?.id ?? []),
    ...[named.blamed, ...named.blamed.commits].flatMap(({ release }) => release?.id ?? []),
    ...mentioned.map(({ id }) => id),
  ])
  const releases = await reads.releases.list([...ids], defect.evidence)
  const profile = profileFrom(await reads.profileOf(service.id), { places, releases }, at)
  const history = {
    service: service.name,
    relation,
    releases,
    places,
    dictionary: dictionaryOf([...releases, ...mentioned]),
    profile: namesFiles(defect) ? withFilesOf(profile, releases) : profile,
  }
  return { service, history, ...named }
}

const NOTHING_STATED: StatedReleases = { deployment: undefined, version: undefined, commit: undefined }
const NOTHING_BLAMED: BlamedReleases = { release: undefined, commits: [] }

function placesFor(defect: DefectRecord, places: readonly ReachedPlace[]): ReachedPlace[] {
  const rank = (place: ReachedPlace) =>
    place.environmentId === defect.environmentId ? 0 : place.tier === 'production' ? 1 : 2
  return [...places].sort((a, b) => rank(a) - rank(b)).slice(0, MOST_PLACES)
}

const namesFiles = ({ evidence }: DefectRecord): boolean => evidence.files.length > 0 || evidence.components.length > 0
