import { argocd } from './argocd/index.ts'
import { azureDevOps } from './azure-devops/index.ts'
import { bitbucket } from './bitbucket/index.ts'
import { cdevents } from './cdevents/index.ts'
import { datadog } from './datadog/index.ts'
import { github } from './github/index.ts'
import { gitlab } from './gitlab/index.ts'
import { jenkins } from './jenkins/index.ts'
import { native } from './native.ts'
import type { Source } from './source.ts'

/**
 * The systems that deliveries come from. To add one: a file beside this one, a line here, a fixture folder and a case
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
]

/** The source of a kind, as it is stored with a configured source. */
export const findSource = (kind: string): Source | undefined => sources.find((source) => source.kind === kind)
