import { type FakeCall, type FakeCi, type FakeReply, jsonOf, type StartedRun, startFakeCi } from './fake-ci.ts'

export const GITHUB_TOKEN = 'github_pat_right'

export interface FakeGithubActions extends FakeCi {
  /** False: an Enterprise Server from before `return_run_details`. */
  knowsRunDetails: boolean
  /** What the workflow's `run-name` makes of its inputs. */
  runName: (values: Readonly<Record<string, string>>) => string
  /** Inputs that the workflow declares. */
  declared: string[]
  workflowState: string
  /** False: no workflow listens for the event. */
  listens: boolean
}

/** The part of GitHub's API that starts and lists runs of acme/checkout-api. */
export async function startFakeGithubActions(
  declared: readonly string[],
  clock: () => number,
): Promise<FakeGithubActions> {
  const ci = await startFakeCi((call) => answer(call, github), { startsAt: /\/dispatches$/, clock })
  const github: FakeGithubActions = Object.assign(ci, {
    knowsRunDetails: true,
    runName: ({ service, postflight_key }: Readonly<Record<string, string>>) =>
      `Roll back ${service} (${postflight_key})`,
    declared: [...declared],
    workflowState: 'active',
    listens: true,
  })
  return github
}

const REPOSITORY = '/repos/acme/checkout-api'
const WORKFLOW = `${REPOSITORY}/actions/workflows/rollback.yml`
const says = (status: number, message: string): FakeReply => ({ status, body: { message, documentation_url: '…' } })

function answer({ method, path, query, headers, text }: FakeCall, github: FakeGithubActions): FakeReply {
  if (!headers['user-agent']) return says(403, 'Request forbidden by administrative rules.')
  if (headers.authorization !== `Bearer ${GITHUB_TOKEN}`) return says(401, 'Bad credentials')
  const call = `${method} ${path}`
  if (call === `GET ${REPOSITORY}`)
    return { status: 200, body: { full_name: 'acme/checkout-api', archived: false, permissions: { push: true } } }
  if (call === `GET ${WORKFLOW}`)
    return { status: 200, body: { id: 9, name: 'Roll back', state: github.workflowState } }
  if (call === `GET ${WORKFLOW}/runs`) return list(github, query, 'workflow_dispatch')
  if (call === `GET ${REPOSITORY}/actions/runs`) return list(github, query, 'repository_dispatch')
  if (call === `POST ${WORKFLOW}/dispatches`) return dispatchWorkflow(jsonOf(text), github)
  if (call === `POST ${REPOSITORY}/dispatches`) return dispatchEvent(jsonOf(text), github)
  return says(404, 'Not Found')
}

function dispatchWorkflow(body: Record<string, unknown>, github: FakeGithubActions): FakeReply {
  const { ref, inputs, return_run_details: wantsDetails, ...rest } = body
  const unknownWords = [
    ...Object.keys(rest),
    ...(github.knowsRunDetails || wantsDetails === undefined ? [] : ['return_run_details']),
  ]
  if (unknownWords.length > 0) return says(422, `Invalid request.\n\n"${unknownWords[0]}" is not a permitted key.`)
  if (ref !== 'main') return says(422, `No ref found for: ${String(ref)}`)
  const values = inputs as Record<string, string>
  const unexpected = Object.keys(values).filter((name) => !github.declared.includes(name))
  if (unexpected.length > 0) return says(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`)
  if (github.workflowState !== 'active') return says(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
  const run = github.start(values)
  if (!wantsDetails) return { status: 204 }
  return {
    status: 200,
    body: {
      workflow_run_id: run.id,
      run_url: `https://api.github.com${REPOSITORY.slice(6)}/actions/runs/${run.id}`,
      html_url: pageOf(run),
    },
  }
}

function dispatchEvent(body: Record<string, unknown>, github: FakeGithubActions): FakeReply {
  const payload = (body.client_payload ?? {}) as Record<string, string>
  if (Object.keys(payload).length > 10) return says(422, 'No more than 10 properties are allowed; 11 were supplied.')
  // It answers the same when no workflow listens.
  if (github.listens && body.event_type === 'postflight') github.start(payload)
  return { status: 204 }
}

function list(github: FakeGithubActions, query: URLSearchParams, event: string): FakeReply {
  const since = Date.parse((query.get('created') ?? '').replace('>=', ''))
  const runs = [...github.listed()].reverse().filter(({ startedAt }) => startedAt >= since)
  const wanted = query.get('event') === event ? runs : []
  const page = wanted.slice(0, Number(query.get('per_page') ?? 30))
  return {
    status: 200,
    body: {
      total_count: wanted.length,
      workflow_runs: page.map((run) => ({
        id: run.id,
        name: 'Roll back',
        display_title: github.runName(run.values),
        event,
        status: 'queued',
        conclusion: null,
        created_at: new Date(run.startedAt).toISOString(),
        html_url: pageOf(run),
      })),
    },
  }
}

const pageOf = ({ id }: StartedRun) => `https://github.com/acme/checkout-api/actions/runs/${id}`
