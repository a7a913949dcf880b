import { z } from 'zod'
import { type OutboundAnswer, safeRequest } from '../safe-request.ts'
import {
  firstOf,
  isTaken,
  jsonIn,
  lookOfRefusal,
  outcomeOfRefusal,
  reachabilityOfRefusal,
  runOf,
  type SystemWords,
} from './answer.ts'
import { earliestRun, isPast, TOO_EARLY } from './certainty.ts'
import { SENT_NAMES, sentValues } from './sent-values.ts'
import { baseUrl, readWith } from './settings.ts'
import type { CiTrigger, FireRequest, LookOutcome, Target, TriggerParts } from './trigger.ts'

const settings = z.strictObject({
  /** Of the job: `https://jenkins.example/job/shop/job/rollback`. */
  jobUrl: baseUrl.refine((text) => /\/job\/[^/]+$/.test(text), "must be the job's address, …/job/rollback"),
})
export type JenkinsSettings = z.output<typeof settings>

const WORDS: SystemWords = {
  name: 'Jenkins',
  // Its refusals are pages.
  said: () => undefined,
  advice: {
    302: 'It wants somebody to sign in, or refuses to queue the job.',
    303: 'It wants somebody to sign in, or refuses to queue the job.',
    400: 'The job takes no parameters.',
    401: 'The user or the API token is wrong.',
    403: 'The user may not build this job: it needs Job/Build and Job/Read; and an API token, not a password.',
    404: 'The job is not there, or the user does not see it.',
  },
}

/**
 * `POST {job}/buildWithParameters` (jenkins.io, "Remote Access API"; hudson.model.ParametersDefinitionProperty, read
 * 2026-11): 201 with the item of the queue as `Location`; a redirect when nothing was queued; 409 when the job is
 * disabled. Parameters that the job does not declare are dropped without a word, so checkReachable looks for them. While an
 * item waits, the same parameters again give the same item.
 */
export const jenkinsTrigger: CiTrigger<JenkinsSettings> = {
  kind: 'jenkins',
  label: 'Jenkins',
  fields: [
    {
      name: 'jobUrl',
      label: 'Job',
      hint: 'Its address: https://jenkins.example/job/shop/job/rollback',
      required: true,
    },
  ],
  secret: { label: 'User and API token', hint: 'user:token, of a user with Job/Build and Job/Read.', generated: false },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ jobUrl }) => `job ${jobPath(jobUrl)} on ${new URL(jobUrl).host}`,
  addressesOf: ({ jobUrl }) => [jobUrl],

  async fire(target, request, parts) {
    const { jobUrl } = target.settings
    const answer = await call(target, `${jobUrl}/buildWithParameters`, parts, sentValues(request))
    if (answer.kind === 'answered' && answer.status === 409)
      return { kind: 'refused', reason: 'Jenkins answered 409. The job is disabled.', again: false }
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    const [, item] = /\/queue\/item\/(\d{1,15})\/?$/.exec(answer.headers.location ?? '') ?? []
    if (answer.status !== 201 || item === undefined)
      return { kind: 'unknown', reason: `Jenkins answered ${answer.status} and did not say what it queued.` }
    // The item's own page is gone five minutes after the build began; the job's shows the build.
    return { kind: 'started', run: runOf(`queue/${item}`, jobUrl), detail: `Jenkins queued it as item ${item}.` }
  },

  findRun,

  async checkReachable(target, parts) {
    const { jobUrl } = target.settings
    const answer = await call(target, `${jobUrl}/api/json?tree=buildable,property[parameterDefinitions[name]]`, parts)
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const read = z
      .object({
        buildable: z.boolean(),
        property: z.array(z.object({ parameterDefinitions: z.array(z.object({ name: z.string() })).nullish() })),
      })
      .safeParse(jsonIn(answer.body))
    if (!read.success) return { kind: 'refused', reason: 'What answers there is no job of Jenkins.' }
    const declared = read.data.property.flatMap((one) => one.parameterDefinitions ?? []).map(({ name }) => name)
    const missing = SENT_NAMES.filter((name) => !declared.includes(name))
    if (!read.data.buildable) return { kind: 'refused', reason: 'The job is disabled.' }
    if (missing.includes('postflight_key'))
      return { kind: 'refused', reason: 'The job has no parameter postflight_key, so its builds cannot be told apart.' }
    if (missing.length > 0)
      return {
        kind: 'reachable',
        detail: `The job is there. It does not declare ${missing.join(', ')}, and will not get them.`,
      }
    return { kind: 'reachable', detail: 'The job is there, enabled, and has the parameters.' }
  },
}

const call = (
  { secret }: Target<JenkinsSettings>,
  url: string,
  { rules, signal }: TriggerParts,
  form?: Record<string, string>,
): Promise<OutboundAnswer> =>
  safeRequest(
    {
      method: form ? 'POST' : 'GET',
      url,
      headers: {
        Accept: 'application/json',
        // With an API token Jenkins wants no crumb.
        Authorization: `Basic ${Buffer.from(secret).toString('base64')}`,
        ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      ...(form ? { body: new URLSearchParams(form).toString() } : { maxBytes: 512 * 1024 }),
      signal,
    },
    rules,
  )

const actions = z.array(
  z.object({ parameters: z.array(z.object({ name: z.string(), value: z.unknown() })).nullish() }).nullable(),
)
const queueBody = z.object({
  items: z.array(z.object({ id: z.number(), task: z.object({ url: z.string().nullish() }).nullish(), actions })),
})
const jobBody = z.object({
  nextBuildNumber: z.number(),
  builds: z.array(z.object({ number: z.number(), url: z.string(), timestamp: z.number(), actions })),
})

/** A request that Jenkins or a proxy before it still held is worked off or dropped by then. */
const LAG_MS = 2 * 60_000
const MOST_BUILDS = 100

/**
 * The queue first and the builds then, so that what begins in between is in one of them. That there is none is certain
 * after LAG_MS, when the builds are listed without a gap from the newest to one from before the decision (old ones may
 * have been discarded, and young ones deleted).
 */
async function findRun(
  target: Target<JenkinsSettings>,
  request: FireRequest,
  parts: TriggerParts,
): Promise<LookOutcome> {
  const { jobUrl } = target.settings
  const root = jobUrl.slice(0, jobUrl.indexOf('/job/'))
  const queued = await call(
    target,
    `${root}/queue/api/json?tree=items[id,task[url],actions[parameters[name,value]]]`,
    parts,
  )
  if (!isTaken(queued)) return lookOfRefusal(queued, WORDS)
  const queue = queueBody.safeParse(jsonIn(queued.body)).data
  if (!queue) return { kind: 'cannot-tell', reason: "Jenkins' queue cannot be read." }
  const item = firstOf(queue.items.filter((one) => carries(one.actions, request.key)))
  const waiting: LookOutcome | undefined = item && { kind: 'found', run: runOf(`queue/${item.id}`, jobUrl) }

  const tree = `nextBuildNumber,builds[number,url,timestamp,actions[parameters[name,value]]]{0,${MOST_BUILDS}}`
  const listed = await call(target, `${jobUrl}/api/json?tree=${tree}`, parts)
  if (!isTaken(listed)) return waiting ?? lookOfRefusal(listed, WORDS)
  const job = jobBody.safeParse(jsonIn(listed.body)).data
  if (!job) return waiting ?? { kind: 'cannot-tell', reason: "Jenkins' list of builds cannot be read." }
  // What has begun came before what waits.
  const begun = job.builds.filter((one) => carries(one.actions, request.key)).map((one) => ({ ...one, id: one.number }))
  const build = firstOf(begun)
  if (build) return { kind: 'found', run: runOf(build.number, build.url) }
  if (waiting) return waiting
  if (!isPast(request, LAG_MS, parts.clock())) return { kind: 'cannot-tell', reason: TOO_EARLY }
  return isWhole(job, earliestRun(request))
    ? { kind: 'surely-none' }
    : { kind: 'cannot-tell', reason: 'Builds since the decision are missing from the list of Jenkins.' }
}

const carries = (list: z.output<typeof actions>, key: string): boolean =>
  list.some((action) => action?.parameters?.some(({ name, value }) => name === 'postflight_key' && value === key))

/** No number is missing from the next one down to a build from before `since`, or to the first. */
function isWhole({ nextBuildNumber, builds }: z.output<typeof jobBody>, since: number): boolean {
  let expected = nextBuildNumber - 1
  for (const { number, timestamp } of [...builds].sort((a, b) => b.number - a.number)) {
    if (number !== expected) return false
    if (timestamp < since) return true
    expected--
  }
  return expected === 0
}

const jobPath = (jobUrl: string): string => [...jobUrl.matchAll(/\/job\/([^/]+)/g)].map(([, part]) => part).join('/')
