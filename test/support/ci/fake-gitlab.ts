import { type FakeCall, type FakeCi, type FakeReply, jsonOf, type StartedRun, startFakeCi } from './fake-ci.ts'

export const GITLAB_TOKEN = 'glpat-right'
export const TRIGGER_TOKEN = 'glptt-right'

export interface FakeGitlab extends FakeCi {
  /** What `workflow: name:` makes of the variables; null without it. */
  pipelineName: (values: Readonly<Record<string, string>>) => string | null
  /** False: the token's role may not read them. */
  showsVariables: boolean
  mayStart: boolean
  builds: 'enabled' | 'disabled'
}

/** The part of GitLab's API that starts and lists pipelines of shop/checkout-api. */
export async function startFakeGitlab(clock: () => number): Promise<FakeGitlab> {
  const ci = await startFakeCi((call) => answer(call, gitlab), { startsAt: /\/pipeline$/, clock })
  const gitlab: FakeGitlab = Object.assign(ci, {
    pipelineName: ({ postflight_key }: Readonly<Record<string, string>>) => `Roll back (${postflight_key})`,
    showsVariables: true,
    mayStart: true,
    builds: 'enabled' as const,
  })
  return gitlab
}

const PROJECT = '/api/v4/projects/shop%2Fcheckout-api'

function answer({ method, path, query, headers, text }: FakeCall, gitlab: FakeGitlab): FakeReply {
  const call = `${method} ${path}`
  if (call === `POST ${PROJECT}/trigger/pipeline`) return trigger(jsonOf(text), gitlab)
  if (headers['private-token'] !== GITLAB_TOKEN) return { status: 401, body: { message: '401 Unauthorized' } }
  if (call === `GET ${PROJECT}`)
    return { status: 200, body: { id: 7, archived: false, builds_access_level: gitlab.builds } }
  if (call === `POST ${PROJECT}/pipeline`) {
    const { ref, variables } = jsonOf(text) as { ref: string; variables: { key: string; value: string }[] }
    return create(ref, Object.fromEntries(variables.map(({ key, value }) => [key, value])), gitlab)
  }
  if (call === `GET ${PROJECT}/pipelines`) return list(query, gitlab)
  const id = /\/pipelines\/(\d+)\/variables$/.exec(path)?.[1]
  const run = gitlab.runs.find((one) => String(one.id) === id)
  if (!run) return { status: 404, body: { message: '404 Project Not Found' } }
  if (!gitlab.showsVariables) return { status: 403, body: { message: '403 Forbidden' } }
  return {
    status: 200,
    body: Object.entries(run.values).map(([key, value]) => ({ variable_type: 'env_var', key, value })),
  }
}

function trigger(body: Record<string, unknown>, gitlab: FakeGitlab): FakeReply {
  if (body.token !== TRIGGER_TOKEN) return { status: 404, body: { message: '404 Not Found' } }
  return create(String(body.ref), body.variables as Record<string, string>, gitlab)
}

function create(ref: string, values: Record<string, string>, gitlab: FakeGitlab): FakeReply {
  if (ref !== 'main') return { status: 400, body: { message: { base: ['Reference not found'] } } }
  if (!gitlab.mayStart)
    return { status: 400, body: { message: { base: ['Insufficient permissions to set pipeline variables'] } } }
  return { status: 201, body: pipelineOf(gitlab.start(values), gitlab) }
}

function list(query: URLSearchParams, gitlab: FakeGitlab): FakeReply {
  const since = Date.parse(query.get('updated_after') ?? '')
  const runs = [...gitlab.listed()].reverse().filter(({ startedAt }) => startedAt >= since)
  return {
    status: 200,
    body: runs.slice(0, Number(query.get('per_page') ?? 20)).map((run) => pipelineOf(run, gitlab)),
  }
}

const pipelineOf = ({ id, values, startedAt }: StartedRun, gitlab: FakeGitlab) => ({
  id,
  iid: id - 4_000,
  project_id: 7,
  sha: 'a91957a858320c0e17f3a0eca7cfacbff50ea29a',
  ref: 'main',
  status: 'created',
  source: 'api',
  name: gitlab.pipelineName(values),
  created_at: new Date(startedAt).toISOString(),
  web_url: `https://gitlab.example/shop/checkout-api/-/pipelines/${id}`,
})
