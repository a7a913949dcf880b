import type { IconName } from '../components/icon.tsx'

/** The ways that differ in what is done at the sender alone: senders.ts. */
const SENDER_WAYS = [
  'gitlab',
  'azure-devops',
  'argocd',
  'bitbucket',
  'datadog',
  'jenkins',
  'alertmanager',
  'sentry',
  'sentry-sdk',
  'pagerduty',
  'grafana',
  'jira',
  'opsgenie',
  'standard-webhooks',
  'generic',
] as const
export type SenderWay = (typeof SENDER_WAYS)[number]

/** The ways in, in the order of the tabs. */
export const WAYS = ['curl', 'github-actions', 'github', ...SENDER_WAYS, 'cdevents'] as const
export type Way = (typeof WAYS)[number]

export interface WayWords {
  readonly name: string
  /** After "Connect". */
  readonly title: string
  readonly sentence: string
  readonly icon: IconName
  /** Whose deliveries show that it works: the kind of the sources. */
  readonly sourceKind: 'native' | 'github' | 'cdevents' | SenderWay
  /** Where the secret is found at a sender that makes its own; absent: ours is pasted there. */
  readonly secretHint?: string
}

export const wayWords: Record<Way, WayWords> = {
  curl: {
    name: 'Any CI with curl',
    title: 'Connect with curl',
    sentence: 'One line after each deploy, from any CI or shell.',
    icon: 'terminal',
    sourceKind: 'native',
  },
  'github-actions': {
    name: 'GitHub Actions',
    title: 'Connect GitHub Actions',
    sentence: 'One step in the workflow that deploys. It never fails your pipeline.',
    icon: 'branch',
    sourceKind: 'native',
  },
  github: {
    name: 'GitHub webhook',
    title: 'Connect a GitHub webhook',
    sentence: 'Deployments, releases and issues of a repository or organisation, without touching a workflow.',
    icon: 'commit',
    sourceKind: 'github',
  },
  gitlab: {
    name: 'GitLab',
    title: 'Connect a GitLab webhook',
    sentence: 'Deployments, releases, pushes, issues and incidents of a project or group.',
    icon: 'branch',
    sourceKind: 'gitlab',
  },
  'azure-devops': {
    name: 'Azure DevOps',
    title: 'Connect Azure DevOps',
    sentence: 'Stages, releases, builds and bugs of a project, by service hooks.',
    icon: 'deploy',
    sourceKind: 'azure-devops',
  },
  argocd: {
    name: 'Argo CD',
    title: 'Connect Argo CD',
    sentence: 'Syncs and degraded health of applications, by its notifications.',
    icon: 'redo',
    sourceKind: 'argocd',
  },
  bitbucket: {
    name: 'Bitbucket',
    title: 'Connect a Bitbucket webhook',
    sentence: 'Pushes, tags, build statuses and bugs of a repository, in Cloud and Data Center.',
    icon: 'commit',
    sourceKind: 'bitbucket',
  },
  datadog: {
    name: 'Datadog',
    title: 'Connect Datadog',
    sentence: 'Monitors that trigger and recover, by their tags; deployments as its DORA API takes them.',
    icon: 'pulse',
    sourceKind: 'datadog',
  },
  jenkins: {
    name: 'Jenkins',
    title: 'Connect Jenkins',
    sentence: 'Builds that deploy, from a Jenkinsfile or the Notification plugin.',
    icon: 'terminal',
    sourceKind: 'jenkins',
  },
  cdevents: {
    name: 'CDEvents',
    title: 'Connect a CDEvents sender',
    sentence: 'CloudEvents over HTTP from Tekton, Jenkins, Argo and others that speak CDEvents.',
    icon: 'pulse',
    sourceKind: 'cdevents',
  },
  alertmanager: {
    name: 'Alertmanager',
    title: 'Connect Prometheus Alertmanager',
    sentence: 'Alerts as they fire and resolve, each one defect in the release it fires in.',
    icon: 'warning',
    sourceKind: 'alertmanager',
  },
  sentry: {
    name: 'Sentry',
    title: 'Connect Sentry',
    sentence: 'Errors with their release, environment and stack, and what becomes of their issues.',
    icon: 'defect',
    sourceKind: 'sentry',
    secretHint: 'The Client Secret on the page of the integration at Sentry.',
  },
  'sentry-sdk': {
    name: 'Sentry SDK',
    title: 'Connect an application with a Sentry SDK',
    sentence: 'Errors straight from the application, without Sentry: it only needs a DSN.',
    icon: 'defect',
    sourceKind: 'sentry-sdk',
  },
  pagerduty: {
    name: 'PagerDuty',
    title: 'Connect PagerDuty',
    sentence: 'Incidents as they are triggered, taken up and resolved, with their priority.',
    icon: 'emergency',
    sourceKind: 'pagerduty',
    secretHint: 'The one that PagerDuty showed when the webhook was added.',
  },
  grafana: {
    name: 'Grafana',
    title: 'Connect Grafana alerting',
    sentence: 'Alerts of a contact point as they fire and resolve.',
    icon: 'chart',
    sourceKind: 'grafana',
  },
  jira: {
    name: 'Jira',
    title: 'Connect Jira',
    sentence: 'Bugs and incidents with their versions, what fixes them, and their state.',
    icon: 'inbox',
    sourceKind: 'jira',
  },
  opsgenie: {
    name: 'Opsgenie',
    title: 'Connect Opsgenie',
    sentence: 'Alerts as they are made, taken up and closed, with their priority.',
    icon: 'emergency',
    sourceKind: 'opsgenie',
  },
  'standard-webhooks': {
    name: 'Standard Webhooks',
    title: 'Connect with Standard Webhooks',
    sentence: 'Our own JSON, signed instead of sent with a token.',
    icon: 'terminal',
    sourceKind: 'standard-webhooks',
  },
  generic: {
    name: 'Any JSON',
    title: 'Connect anything that sends JSON',
    sentence: 'Whatever it sends is kept; you say what its fields mean with a delivery that arrived.',
    icon: 'terminal',
    sourceKind: 'generic',
  },
}

export const wayPath = (way: Way): string => `/setup/${way}`
