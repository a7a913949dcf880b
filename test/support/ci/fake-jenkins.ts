import { type FakeCall, type FakeCi, type FakeReply, type StartedRun, startFakeCi } from './fake-ci.ts'

export const JENKINS_TOKEN = 'postflight:11aa'

export interface FakeJenkins extends FakeCi {
  declared: string[]
  buildable: boolean
  /** Items that still wait; the rest are builds. */
  waits: (run: StartedRun) => boolean
  /** Builds that were deleted or discarded, by number. */
  readonly gone: Set<number>
  /** The number of the build before the first of ours, and when it began. */
  readonly earlier: { number: number; timestamp: number }
}

/** Job shop/rollback of a Jenkins. */
export async function startFakeJenkins(declared: readonly string[], clock: () => number): Promise<FakeJenkins> {
  const ci = await startFakeCi((call) => answer(call, jenkins), { startsAt: /\/buildWithParameters$/, clock })
  const jenkins: FakeJenkins = Object.assign(ci, {
    declared: [...declared],
    buildable: true,
    waits: () => false,
    gone: new Set<number>(),
    earlier: { number: 41, timestamp: clock() - 24 * 3_600_000 },
  })
  return jenkins
}

const JOB = '/job/shop/job/rollback'

function answer({ method, path, headers, text }: FakeCall, jenkins: FakeJenkins): FakeReply {
  if (headers.authorization !== `Basic ${Buffer.from(JENKINS_TOKEN).toString('base64')}`)
    return { status: 401, body: '<h1>Unauthorized</h1>' }
  const call = `${method} ${path}`
  if (call === `POST ${JOB}/buildWithParameters`) {
    if (!jenkins.buildable) return { status: 409, body: 'shop/rollback is not buildable!' }
    const sent = Object.fromEntries(new URLSearchParams(text))
    // What the job does not declare is dropped.
    const values = Object.fromEntries(Object.entries(sent).filter(([name]) => jenkins.declared.includes(name)))
    const waiting = jenkins.runs.find(
      (run) => jenkins.waits(run) && JSON.stringify(run.values) === JSON.stringify(values),
    )
    const run = waiting ?? jenkins.start(values)
    return { status: 201, headers: { Location: `${jenkins.url}/queue/item/${run.id}/` } }
  }
  if (call === 'GET /queue/api/json') {
    const items = jenkins.listed().filter(jenkins.waits)
    return {
      status: 200,
      body: {
        items: items.map((run) => ({ id: run.id, task: { url: `${jenkins.url}${JOB}/` }, actions: actionsOf(run) })),
      },
    }
  }
  if (call === `GET ${JOB}/api/json`) return { status: 200, body: jobOf(jenkins) }
  return { status: 404, body: '<h1>Not Found</h1>' }
}

function jobOf(jenkins: FakeJenkins) {
  const begun = jenkins.listed().filter((run) => !jenkins.waits(run))
  const ours = begun.map((run, i) => ({
    number: jenkins.earlier.number + 1 + i,
    url: `${jenkins.url}${JOB}/${jenkins.earlier.number + 1 + i}/`,
    timestamp: run.startedAt,
    actions: actionsOf(run),
  }))
  const earlier = { ...jenkins.earlier, url: `${jenkins.url}${JOB}/${jenkins.earlier.number}/`, actions: [{}] }
  return {
    buildable: jenkins.buildable,
    property: [{}, { parameterDefinitions: jenkins.declared.map((name) => ({ name })) }],
    nextBuildNumber: jenkins.earlier.number + 1 + begun.length,
    builds: [earlier, ...ours].filter(({ number }) => !jenkins.gone.has(number)).reverse(),
  }
}

const actionsOf = ({ values }: StartedRun) => [
  {},
  { parameters: Object.entries(values).map(([name, value]) => ({ name, value })) },
]
