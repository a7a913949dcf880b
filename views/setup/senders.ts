import type { Child } from 'hono/jsx'
import { alertmanager } from './senders/alertmanager.tsx'
import { argocd } from './senders/argocd.tsx'
import { azureDevOps } from './senders/azure-devops.tsx'
import { bitbucket } from './senders/bitbucket.tsx'
import { datadog } from './senders/datadog.tsx'
import { generic } from './senders/generic.tsx'
import { gitlab } from './senders/gitlab.tsx'
import { grafana } from './senders/grafana.tsx'
import { jenkins } from './senders/jenkins.tsx'
import { jira } from './senders/jira.tsx'
import { opsgenie } from './senders/opsgenie.tsx'
import { pagerduty } from './senders/pagerduty.tsx'
import { sentry } from './senders/sentry.tsx'
import { sentrySdk } from './senders/sentry-sdk.tsx'
import { standardWebhooks } from './senders/standard-webhooks.tsx'
import type { SenderWay } from './ways.ts'

/** What one sender's page says besides what is the same for all of them. */
export interface SenderSteps {
  /** How the sender proves itself, after "It has an address and a secret of its own." */
  readonly proof: string
  /** Of the step at the sender. */
  readonly title: string
  readonly Body: (props: SenderBodyProps) => Child
}

export interface SenderBodyProps {
  readonly publicUrl: string
  /** Of the source that was made last, or of the one that will be suggested. */
  readonly address: string
  /** The one just made, else words that stand for it. */
  readonly secret: string
}

export const senderSteps: Record<SenderWay, SenderSteps> = {
  gitlab,
  'azure-devops': azureDevOps,
  argocd,
  bitbucket,
  datadog,
  jenkins,
  alertmanager,
  sentry,
  'sentry-sdk': sentrySdk,
  pagerduty,
  grafana,
  jira,
  opsgenie,
  'standard-webhooks': standardWebhooks,
  generic,
}
