import { z } from 'zod'
import { carriesKey, keysIn } from '../../core/emergency/key-in-text.ts'
import { type OutboundAnswer, safeRequest } from '../safe-request.ts'
import { firstOf, isTaken, jsonIn, lookOfRefusal, runOf, type SystemWords } from './answer.ts'
import { earliestRun, isPast, TOO_EARLY } from './certainty.ts'
import { baseUrl, repositoryName } from './settings.ts'
import type { FireRequest, LookOutcome, SettingsField, TriggerParts } from './trigger.ts'

/** What both ways of asking GitHub for a run share: github.com and Enterprise Server. */

export const githubPlace = {
  apiUrl: baseUrl.default('https://api.github.com'),
  repository: repositoryName,
}

export const GITHUB_REPOSITORY_FIELD: SettingsField = {
  name: 'repository',
  label: 'Repository',
  hint: 'owner/name, the one with the workflow.',
  required: true,
}
export const GITHUB_API_FIELD: SettingsField = {
  name: 'apiUrl',
  label: 'API',
  hint: 'https://api.github.com unless you run an Enterprise Server: https://ghes.example/api/v3.',
  required: false,
}

interface Place {
  readonly apiUrl: string
  readonly repository: string
}

/** `{ "message": "Not Found", … }` */
export const saidByGithub = (body: unknown): string | undefined => messageBody.safeParse(body).data?.message
const messageBody = z.object({ message: z.string() })

/** A list of runs has some 15 KB for each. */
const MAX_LIST_BYTES = 1024 * 1024
const PER_PAGE = 50

export const callGithub = (
  { apiUrl, repository }: Place,
  token: string,
  path: string,
  parts: TriggerParts,
  body?: Record<string, unknown>,
): Promise<OutboundAnswer> =>
  safeRequest(
    {
      method: body ? 'POST' : 'GET',
      url: `${apiUrl}/repos/${repository}${path}`,
      headers: {
        Accept: 'application/vnd.github+json',
        Authorization: `Bearer ${token}`,
        'X-GitHub-Api-Version': '2022-11-28',
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body ? { body: JSON.stringify(body) } : { maxBytes: MAX_LIST_BYTES }),
      signal: parts.signal,
    },
    parts.rules,
  )

const runList = z.object({
  total_count: z.number(),
  workflow_runs: z.array(
    z.object({
      id: z.number(),
      html_url: z.string(),
      event: z.string(),
      display_title: z.string().nullish(),
      name: z.string().nullish(),
    }),
  ),
})

/**
 * GitHub works dispatches off later and its list lags; in its incidents that took minutes. Half an hour after the last
 * request could have ended the list is taken for whole.
 */
const LAG_MS = 30 * 60_000

/**
 * Looks in a list of runs (`/actions/runs`, or that of a workflow) for one that has the key in its name, which the
 * workflow's `run-name` puts there. That there is none is certain only after LAG_MS, when the list was read to its end and
 * every run in it names another key: one without a key may be ours under a workflow that does not name its runs.
 */
export async function findGithubRun(
  {
    place,
    token,
    path,
    event,
    words,
  }: { place: Place; token: string; path: string; event: string; words: SystemWords },
  request: FireRequest,
  parts: TriggerParts,
): Promise<LookOutcome> {
  const query = new URLSearchParams({
    event,
    created: `>=${new Date(earliestRun(request)).toISOString().replace(/\.\d+Z$/, 'Z')}`,
    per_page: String(PER_PAGE),
  })
  const answer = await callGithub(place, token, `${path}?${query}`, parts)
  if (!isTaken(answer)) return lookOfRefusal(answer, words)
  const list = runList.safeParse(jsonIn(answer.body))
  if (!list.success) return { kind: 'cannot-tell', reason: "GitHub's list of runs cannot be read." }
  const runs = list.data.workflow_runs
  const nameOf = (run: (typeof runs)[number]) => run.display_title ?? run.name ?? ''
  // Runs of other events are named after titles that anybody may write.
  const ours = firstOf(runs.filter((run) => run.event === event && carriesKey(nameOf(run), request.key)))
  if (ours) return { kind: 'found', run: runOf(ours.id, ours.html_url) }
  if (!isPast(request, LAG_MS, parts.clock())) return { kind: 'cannot-tell', reason: TOO_EARLY }
  if (list.data.total_count > runs.length)
    return {
      kind: 'cannot-tell',
      reason: `GitHub lists ${list.data.total_count} runs; the newest ${runs.length} were looked at.`,
    }
  const nameless = runs.find((run) => keysIn(nameOf(run)).length === 0)
  if (nameless)
    return {
      kind: 'cannot-tell',
      reason: `Run ${nameless.id} has no key in its name and may be this one. The workflow's run-name must hold it.`,
    }
  return { kind: 'surely-none' }
}
