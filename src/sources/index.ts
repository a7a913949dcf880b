import { alertmanager } from './alertmanager.ts'
import { argocd } from './argocd/index.ts'
import { azureDevOps } from './azure-devops/index.ts'
import { bitbucket } from './bitbucket/index.ts'
import { cdevents } from './cdevents/index.ts'
import { datadog } from './datadog/index.ts'
import { generic } from './generic/index.ts'
import { github } from './github/index.ts'
import { gitlab } from './gitlab/index.ts'
import { grafana } from './grafana/index.ts'
import { jenkins } from './jenkins/index.ts'
import { jira } from './jira/index.ts'
import { native } from './native.ts'
import { opsgenie } from './opsgenie.ts'
import { pagerduty } from './pagerduty.ts'
import { sentry } from './sentry/index.ts'
import { sentrySdk } from './sentry-sdk/index.ts'
import type { Source } from './source.ts'
import { standardWebhooks } from './standard-webhooks.ts'

/**
 * The systems that deliveries come from. To add one: a file or folder beside this one, a line here, a fixture folder and a case
 * in test/sources/sources.test.ts, a page in docs/sources/.
 */
export const sources: readonly Source[] = [
  native,
  github,
  gitlab,
  azureDevOps,
  argocd,
  bitbucket,
  datadog,
  jenkins,
  cdevents,
  alertmanager,
  sentry,
  sentrySdk,
  pagerduty,
  grafana,
  jira,
  opsgenie,
  standardWebhooks,
  generic,
]

/** The source of a kind, as it is stored with a configured source. */
export const findSource = (kind: string): Source | undefined => sources.find((source) => source.kind === kind)
