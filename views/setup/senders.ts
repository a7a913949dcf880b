import type { Child } from 'hono/jsx'
import { argocd } from './senders/argocd.tsx'
import { azureDevOps } from './senders/azure-devops.tsx'
import { bitbucket } from './senders/bitbucket.tsx'
import { datadog } from './senders/datadog.tsx'
import { gitlab } from './senders/gitlab.tsx'
import { jenkins } from './senders/jenkins.tsx'
import type { SenderWay } from './ways.ts'

/** What one sender's page says besides what is the same for all of them. */
export interface SenderSteps {
  /** How the sender proves itself, after "It has an address and a secret of its own." */
  readonly proof: string
  /** Of the step at the sender. */
  readonly title: string
  /** `address`: of the source that was made last, or of the one that will be suggested. */
  readonly Body: (props: { readonly address: string }) => Child
}

export const senderSteps: Record<SenderWay, SenderSteps> = {
  gitlab,
  'azure-devops': azureDevOps,
  argocd,
  bitbucket,
  datadog,
  jenkins,
}
