import type { Problem } from '../../../core/event.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { type NativeItems, submitNative } from '../../../operations/intake/submit-native.ts'
import { serviceOfProject, servicesMeant } from '../../../operations/sources/sentry-projects.ts'
import { deploymentItem, readCliDeploy, readCliRelease, releaseItem } from '../../../sources/sentry-cli.ts'
import {
  commitBelow,
  listDeploymentsOf,
  listNamedReleases,
  listReleasesNamed,
  type NamedRelease,
} from '../../../store/releases/releases-by-name.ts'
import { timeOrNull } from '../../api/api-answers.ts'
import type { Deps } from '../../deps.ts'
import { badInput, notFoundProblem, problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChange } from '../../service-limit.ts'

/**
 * The part of Sentry's API that sentry-cli calls to tell of releases and deploys, so that a pipeline that tells Sentry
 * tells us when it is given another address. What it says comes in as our own JSON does. Organisations do not exist
 * here, and whichever is named is taken.
 */
export function registerSentryCliRoutes(routes: Routes, deps: Deps): void {
  // Its token is for this alone, so what it asks for needs no more than what it tells.
  const policy = { scope: 'deployments:write', perService: true } as const
  const releases = '/api/0/organizations/:organisation/releases'

  routes.post(`${releases}/`, policy, async (c) => legible(await takeRelease(c, deps, undefined)))
  routes.put(`${releases}/:release/`, policy, async (c) => legible(await takeRelease(c, deps, nameIn(c))))
  routes.post(`${releases}/:release/deploys/`, policy, async (c) => legible(await takeDeploy(c, deps, nameIn(c))))

  routes.get('/api/0/', policy, (c) => c.json({ version: '0', auth: { scopes: ['project:releases'] }, user: null }))
  // Commits come with the release, so no repository is connected.
  routes.get('/api/0/organizations/:organisation/repos/', policy, (c) => c.json([]))
  routes.get(`${releases}/:release/`, policy, async (c) => {
    const known = await listReleasesNamed(deps.store.db, nameIn(c))
    return known.length > 0 ? c.json(present(nameIn(c), known, deps.clock())) : unknown(c)
  })
  routes.get(`${releases}/:release/deploys/`, policy, async (c) => {
    const known = await listReleasesNamed(deps.store.db, nameIn(c))
    if (known.length === 0) return unknown(c)
    const deployments = await listDeploymentsOf(
      deps.store.db,
      known.map(({ id }) => id),
    )
    return c.json(
      deployments.map((row) => ({
        id: String(row.id),
        environment: row.environment,
        name: row.sender_key,
        url: row.url,
        dateStarted: timeOrNull(row.started_at ?? undefined),
        dateFinished: timeOrNull(row.finished_at ?? undefined),
      })),
    )
  })
  routes.get(`${releases}/:release/previous-with-commits/`, policy, (c) => previousCommit(c, deps))
  routes.get('/api/0/projects/:organisation/:project/releases/', policy, async (c) => {
    const service = await serviceOfProject(deps.store.db, c.req.param('project') ?? '')
    const known = await listNamedReleases(deps.store.db, service)
    return c.json(known.map((release) => present(release.name, [release], deps.clock())))
  })
}

/** The tool shows the detail of a refusal, but reads it from this media type alone. */
function legible(answer: Response): Response {
  if (!answer.ok) answer.headers.set('Content-Type', 'application/json')
  return answer
}

const nameIn = (c: Ctx): string => c.req.param('release') ?? ''

const unknown = (c: Ctx): Response => notFoundProblem(c, `There is no release ${nameIn(c)}.`)

/** Makes one, or amends it with what it contains and when it was published. */
async function takeRelease(c: Ctx, deps: Deps, named: string | undefined): Promise<Response> {
  const json = await readJsonBody(c, deps.config.maxBodyBytes)
  if (json instanceof Response) return json
  const read = readCliRelease(json.value)
  if (!read.ok) return badInput(c, read.problems)
  const name = named ?? read.value.version
  if (!name) return badInput(c, [{ path: 'version', message: 'is required' }])
  const services = await servicesMeant(deps.store.db, name, read.value.projects)
  const items = services.map((service) => releaseItem(service, name, read.value))
  const refusal = await submit(c, deps, 'releases', items, services)
  if (refusal) return refusal
  const known = (await listReleasesNamed(deps.store.db, name)).filter(({ service }) => services.includes(service))
  return c.json(present(name, known, deps.clock()), named === undefined ? 201 : 200)
}

async function takeDeploy(c: Ctx, deps: Deps, release: string): Promise<Response> {
  const json = await readJsonBody(c, deps.config.maxBodyBytes)
  if (json instanceof Response) return json
  const read = readCliDeploy(json.value)
  if (!read.ok) return badInput(c, read.problems)
  const { environment, name, url, dateStarted, dateFinished } = read.value
  const services = await servicesMeant(deps.store.db, release, read.value.projects)
  const items = services.map((service) => deploymentItem(service, release, read.value))
  const refusal = await submit(c, deps, 'deployments', items, services)
  return refusal ?? c.json({ id: release, environment, name: name ?? null, url, dateStarted, dateFinished }, 201)
}

/** Undefined when it was taken. */
async function submit(
  c: Ctx,
  deps: Deps,
  kind: NativeItems['kind'],
  items: readonly unknown[],
  services: readonly string[],
): Promise<Response | undefined> {
  const missing: Problem = {
    path: 'projects',
    message: 'is required for a release that is not known and has no package in its name, as in checkout@2.4.1',
  }
  if (items.length === 0) return badInput(c, [missing])
  mustMayChange(c, services)
  const submission = await submitNative(deps, { kind, items, receivedAt: deps.clock() })
  if (submission.kind !== 'refused') return undefined
  const [first] = submission.problems
  return problem(c, 422, {
    title: 'Nothing was taken',
    detail: first ? `${first.path.replace(/^\d+\./, '')}: ${first.message}` : 'It cannot be used.',
    errors: submission.problems,
  })
}

/** From it on the tool lists what is new; without it it lists the last twenty commits, whatever they belong to. */
async function previousCommit(c: Ctx, deps: Deps): Promise<Response> {
  const [known] = await listReleasesNamed(deps.store.db, nameIn(c))
  const commit = known && (await commitBelow(deps.store.db, known.service, known.version))
  return c.json(known && commit ? { ...present(nameIn(c), [known], deps.clock()), lastCommit: { id: commit } } : {})
}

/** As Sentry tells of a release, as far as sentry-cli reads it; one that is taken and not worked out yet is of now. */
function present(name: string, known: readonly NamedRelease[], now: number) {
  const released = known.flatMap(({ publishedAt }) => publishedAt ?? [])
  return {
    version: name,
    url: null,
    dateCreated: formatInstant(Math.min(now, ...known.map(({ firstKnownAt }) => firstKnownAt))),
    dateReleased: released.length > 0 ? formatInstant(Math.max(...released)) : null,
    lastEvent: null,
    newGroups: 0,
    projects: known.map(({ service }) => ({ slug: service, name: service })),
  }
}
