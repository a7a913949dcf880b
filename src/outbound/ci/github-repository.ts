import { z } from 'zod'
import { isTaken, jsonIn, outcomeOfRefusal, reachabilityOfRefusal, type SystemWords } from './answer.ts'
import {
  callGithub,
  findGithubRun,
  GITHUB_API_FIELD,
  GITHUB_REPOSITORY_FIELD,
  githubPlace,
  saidByGithub,
} from './github-api.ts'
import { sentValues } from './sent-values.ts'
import { readWith } from './settings.ts'
import type { CiTrigger } from './trigger.ts'

const settings = z.strictObject({
  ...githubPlace,
  /** A workflow says `on: repository_dispatch: types: [postflight]`. */
  eventType: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, 'must be a word such as postflight')
    .default('postflight'),
})
export type GithubRepositorySettings = z.output<typeof settings>

const WORDS: SystemWords = {
  name: 'GitHub',
  said: saidByGithub,
  advice: {
    401: 'The token is wrong or has expired.',
    403: 'The token may not send events here: it needs Contents, read and write, on this repository; a classic one "repo".',
    404: 'The repository is not there, or the token does not see it.',
    422: 'GitHub does not take the event.',
  },
}

/**
 * `POST /repos/{owner}/{repo}/dispatches` (docs.github.com, read 2026-11). GitHub answers 204 whether or not a workflow
 * listens, and never names a run: so it is never known at once that one started; it is looked for by its name.
 */
export const githubRepositoryTrigger: CiTrigger<GithubRepositorySettings> = {
  kind: 'github-repository',
  label: 'GitHub event',
  fields: [
    GITHUB_REPOSITORY_FIELD,
    {
      name: 'eventType',
      label: 'Event',
      hint: 'What the workflow listens for; postflight unless told.',
      required: false,
    },
    GITHUB_API_FIELD,
  ],
  secret: {
    label: 'Token',
    hint: 'Fine-grained, for this repository, with Contents: read and write, and Actions: read.',
    generated: false,
  },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ eventType, repository }) => `${eventType} event on ${repository}`,
  addressesOf: ({ apiUrl }) => [apiUrl],

  async fire(target, request, parts) {
    const body = { event_type: target.settings.eventType, client_payload: sentValues(request) }
    const answer = await callGithub(target.settings, target.secret, '/dispatches', parts, body)
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    return {
      kind: 'unknown',
      reason: `GitHub took the event (${answer.status}) and does not say whether a run started.`,
    }
  },

  findRun: ({ settings: place, secret: token }, request, parts) =>
    findGithubRun({ place, token, path: '/actions/runs', event: 'repository_dispatch', words: WORDS }, request, parts),

  async checkReachable(target, parts) {
    const answer = await callGithub(target.settings, target.secret, '', parts)
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const read = z
      .object({
        full_name: z.string(),
        archived: z.boolean().nullish(),
        permissions: z.object({ push: z.boolean() }).nullish(),
      })
      .safeParse(jsonIn(answer.body))
    if (!read.success) return { kind: 'refused', reason: 'What answers there is not the API of GitHub.' }
    if (read.data.archived) return { kind: 'refused', reason: `${target.settings.repository} is archived.` }
    if (read.data.permissions?.push === false)
      return { kind: 'refused', reason: `The token may read ${target.settings.repository} and not send events to it.` }
    return {
      kind: 'reachable',
      detail: 'The repository is there. Whether a workflow listens for the event shows only when it is sent.',
    }
  },
}
