import { z } from 'zod'
import { isTaken, jsonIn, outcomeOfRefusal, reachabilityOfRefusal, runOf, type SystemWords } from './answer.ts'
import {
  callGithub,
  findGithubRun,
  GITHUB_API_FIELD,
  GITHUB_REPOSITORY_FIELD,
  githubPlace,
  saidByGithub,
} from './github-api.ts'
import { sentValues } from './sent-values.ts'
import { line, readWith } from './settings.ts'
import type { CiTrigger } from './trigger.ts'

const settings = z.strictObject({
  ...githubPlace,
  /** File in `.github/workflows`, or the workflow's number. */
  workflow: z.string().regex(/^(?:[\w-][\w.-]{0,190}\.ya?ml|\d{1,15})$/, 'must be a file name such as rollback.yml'),
  /** Branch or tag whose version of the file runs. */
  ref: line.default('main'),
})
export type GithubWorkflowSettings = z.output<typeof settings>

const WORDS: SystemWords = {
  name: 'GitHub',
  said: saidByGithub,
  advice: {
    401: 'The token is wrong or has expired.',
    403: 'The token may not start workflows here: it needs Actions, read and write, on this repository; a classic one "repo".',
    404: 'The repository or the workflow file is not there, or the token does not see it.',
    422: 'The branch must exist, the file on it must have "on: workflow_dispatch" with the ten inputs, and must not be disabled.',
  },
}

const started = z.object({ workflow_run_id: z.number(), html_url: z.string().nullish() })

/**
 * `POST /repos/{owner}/{repo}/actions/workflows/{file}/dispatches` (docs.github.com, read 2026-11). With
 * `return_run_details` the answer names the run; an Enterprise Server that is older than that (2026-02) refuses the word,
 * and is asked once more without it: it answers 204 then, and the run is found by its name.
 */
export const githubWorkflowTrigger: CiTrigger<GithubWorkflowSettings> = {
  kind: 'github-workflow',
  label: 'GitHub workflow',
  fields: [
    GITHUB_REPOSITORY_FIELD,
    { name: 'workflow', label: 'Workflow file', hint: 'Such as rollback.yml; see docs/ci.', required: true },
    { name: 'ref', label: 'Branch', hint: 'Whose version of the file runs; main unless told.', required: false },
    GITHUB_API_FIELD,
  ],
  secret: {
    label: 'Token',
    hint: 'Fine-grained, for this repository, with Actions: read and write.',
    generated: false,
  },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ workflow, repository }) => `${workflow} on ${repository}`,
  addressesOf: ({ apiUrl }) => [apiUrl],

  async fire(target, request, parts) {
    const { workflow, ref } = target.settings
    const body = { ref, inputs: sentValues(request) }
    const path = `/actions/workflows/${encodeURIComponent(workflow)}/dispatches`
    const ask = (more: Record<string, unknown>) =>
      callGithub(target.settings, target.secret, path, parts, { ...body, ...more })
    let answer = await ask({ return_run_details: true })
    // Refused for its form, so that nothing started and it may be asked again; it is the same if another word was wrong.
    if (answer.kind === 'answered' && (answer.status === 400 || answer.status === 422)) answer = await ask({})
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    const run = answer.status === 200 ? started.safeParse(jsonIn(answer.body)).data : undefined
    if (!run)
      return { kind: 'unknown', reason: `GitHub answered ${answer.status} and did not say which run it started.` }
    return {
      kind: 'started',
      run: runOf(run.workflow_run_id, run.html_url),
      detail: `GitHub started run ${run.workflow_run_id}.`,
    }
  },

  findRun: ({ settings: place, secret: token }, request, parts) =>
    findGithubRun(
      {
        place,
        token,
        path: `/actions/workflows/${encodeURIComponent(place.workflow)}/runs`,
        event: 'workflow_dispatch',
        words: WORDS,
      },
      request,
      parts,
    ),

  async checkReachable(target, parts) {
    const { workflow, repository } = target.settings
    const path = `/actions/workflows/${encodeURIComponent(workflow)}`
    const answer = await callGithub(target.settings, target.secret, path, parts)
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const state = z.object({ state: z.string() }).safeParse(jsonIn(answer.body)).data?.state
    if (state === 'active') return { kind: 'reachable', detail: `${workflow} is there and active.` }
    return state === undefined
      ? { kind: 'refused', reason: 'What answers there is not the API of GitHub.' }
      : {
          kind: 'refused',
          reason: `${workflow} on ${repository} is ${state.replaceAll('_', ' ')}. Enable it on GitHub.`,
        }
  },
}
