import { readAllow } from '../../../src/core/outbound-rule.ts'
import { argocdTrigger } from '../../../src/outbound/ci/argocd.ts'
import { azurePipelinesTrigger } from '../../../src/outbound/ci/azure-pipelines.ts'
import { githubRepositoryTrigger } from '../../../src/outbound/ci/github-repository.ts'
import { githubWorkflowTrigger } from '../../../src/outbound/ci/github-workflow.ts'
import { gitlabTrigger } from '../../../src/outbound/ci/gitlab.ts'
import { jenkinsTrigger } from '../../../src/outbound/ci/jenkins.ts'
import { SENT_NAMES } from '../../../src/outbound/ci/sent-values.ts'
import type { CiTrigger, FireRequest, Target, TriggerParts } from '../../../src/outbound/ci/trigger.ts'
import { ARGOCD_TOKEN, startFakeArgocd } from './fake-argocd.ts'
import { AZURE_TOKEN, startFakeAzurePipelines } from './fake-azure-pipelines.ts'
import type { FakeCi } from './fake-ci.ts'
import { GITHUB_TOKEN, startFakeGithubActions } from './fake-github-actions.ts'
import { GITLAB_TOKEN, startFakeGitlab } from './fake-gitlab.ts'
import { JENKINS_TOKEN, startFakeJenkins } from './fake-jenkins.ts'

/** When it was decided, and the time of everything here unless told. */
export const DECIDED_AT = Date.UTC(2026, 7, 14, 3, 20)
export const MINUTE = 60_000

export const aRequest = (facts: Partial<FireRequest> = {}): FireRequest => ({
  key: 'ER-27-1',
  emergency: 'ER-27',
  strategy: 'rollback',
  service: 'checkout-api',
  environment: 'production',
  version: '4.17.3',
  from: '4.18.0',
  artifact: undefined,
  commit: '5bd7f1c0c6ae6d4c8f8f0f3a9f7a4f8f2c1d9e07',
  ref: undefined,
  reason: 'Payments fail',
  url: 'https://postflight.example/emergency/ER-27',
  decidedAt: DECIDED_AT,
  ...facts,
})

/** Calls to this machine, whose answers are waited for as long as it may take. */
export function partsAt(clock: () => number): TriggerParts {
  const read = readAllow('127.0.0.1')
  if (!read.ok) throw new Error(read.problem)
  return { rules: { allow: read.allow, limits: { connectMs: 60_000, totalMs: 60_000 } }, clock }
}

/** A system with an adapter for it; settings as an admin would enter them. */
export interface System<Ci extends FakeCi = FakeCi> {
  readonly name: string
  readonly trigger: CiTrigger
  readonly token: string
  start(clock: () => number): Promise<Ci>
  settings(url: string): Record<string, string>
  /** Whether its answer to a request names a run. */
  readonly namesRun: boolean
}

export const github: System<Awaited<ReturnType<typeof startFakeGithubActions>>> = {
  name: 'GitHub, workflow',
  trigger: githubWorkflowTrigger,
  token: GITHUB_TOKEN,
  start: (clock) => startFakeGithubActions(SENT_NAMES, clock),
  settings: (apiUrl) => ({ apiUrl, repository: 'acme/checkout-api', workflow: 'rollback.yml' }),
  namesRun: true,
}
export const githubEvent: System<Awaited<ReturnType<typeof startFakeGithubActions>>> = {
  ...github,
  name: 'GitHub, repository event',
  trigger: githubRepositoryTrigger,
  settings: (apiUrl) => ({ apiUrl, repository: 'acme/checkout-api' }),
  namesRun: false,
}
export const gitlab: System<Awaited<ReturnType<typeof startFakeGitlab>>> = {
  name: 'GitLab',
  trigger: gitlabTrigger,
  token: GITLAB_TOKEN,
  start: startFakeGitlab,
  settings: (url) => ({ url, project: 'shop/checkout-api' }),
  namesRun: true,
}
export const jenkins: System<Awaited<ReturnType<typeof startFakeJenkins>>> = {
  name: 'Jenkins',
  trigger: jenkinsTrigger,
  token: JENKINS_TOKEN,
  start: (clock) => startFakeJenkins(SENT_NAMES, clock),
  settings: (url) => ({ jobUrl: `${url}/job/shop/job/rollback/` }),
  namesRun: true,
}
export const azure: System<Awaited<ReturnType<typeof startFakeAzurePipelines>>> = {
  name: 'Azure Pipelines',
  trigger: azurePipelinesTrigger,
  token: AZURE_TOKEN,
  start: (clock) => startFakeAzurePipelines(SENT_NAMES, clock),
  settings: (organizationUrl) => ({ organizationUrl, project: 'shop', pipelineId: '12' }),
  namesRun: true,
}
export const argocd: System<Awaited<ReturnType<typeof startFakeArgocd>>> = {
  name: 'Argo CD',
  trigger: argocdTrigger,
  token: ARGOCD_TOKEN,
  start: startFakeArgocd,
  settings: (url) => ({ url, application: 'checkout-api', revision: 'v{version}' }),
  namesRun: true,
}

export const SYSTEMS: readonly System[] = [github, githubEvent, gitlab, jenkins, azure, argocd]

export function targetOf({ trigger, token, settings }: System, url: string, more: Record<string, string> = {}): Target {
  const read = trigger.readSettings({ ...settings(url), ...more })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return { settings: read.settings, secret: token }
}

/** A system with its adapter, at a time that can be moved. */
export async function standing<Ci extends FakeCi>(system: System<Ci>, more: Record<string, string> = {}) {
  const time = { now: DECIDED_AT + 1_000 }
  const clock = () => time.now
  const ci = await system.start(clock)
  const target = targetOf(system as System, ci.url, more)
  const request = aRequest()
  const { trigger } = system
  return {
    ci,
    time,
    target,
    fire: (facts: Partial<FireRequest> = {}) => trigger.fire(target, { ...request, ...facts }, partsAt(clock)),
    find: (facts: Partial<FireRequest> = {}) => trigger.findRun(target, { ...request, ...facts }, partsAt(clock)),
    check: (secret = target.secret) => trigger.checkReachable({ ...target, secret }, partsAt(clock)),
    fireWith: (secret: string) => trigger.fire({ ...target, secret }, request, partsAt(clock)),
  }
}
