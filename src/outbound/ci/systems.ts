import { argocdTrigger } from './argocd.ts'
import { azurePipelinesTrigger } from './azure-pipelines.ts'
import { githubRepositoryTrigger } from './github-repository.ts'
import { githubWorkflowTrigger } from './github-workflow.ts'
import { gitlabTrigger } from './gitlab.ts'
import { jenkinsTrigger } from './jenkins.ts'

/** The CI systems with an API of their own; docs/ci/README.md says what each needs. */
export const SYSTEM_TRIGGERS = [
  githubWorkflowTrigger,
  githubRepositoryTrigger,
  gitlabTrigger,
  jenkinsTrigger,
  azurePipelinesTrigger,
  argocdTrigger,
] as const
