import type { Child } from 'hono/jsx'
import { AlertmanagerSteps } from './alertmanager.tsx'
import { GrafanaSteps } from './grafana.tsx'
import { JiraSteps } from './jira.tsx'
import { OpsgenieSteps } from './opsgenie.tsx'
import { PagerDutySteps } from './pagerduty.tsx'
import type { SenderProps } from './sender.ts'
import { SentrySteps } from './sentry.tsx'
import { StandardWebhooksSteps } from './standard-webhooks.tsx'

/** The first two steps of each sender: making a source here, and what to paste or click there. */
export const senderSteps = {
  alertmanager: AlertmanagerSteps,
  sentry: SentrySteps,
  pagerduty: PagerDutySteps,
  grafana: GrafanaSteps,
  jira: JiraSteps,
  opsgenie: OpsgenieSteps,
  'standard-webhooks': StandardWebhooksSteps,
} satisfies Record<string, (props: SenderProps) => Child>

export type SenderWay = keyof typeof senderSteps
