import { z } from 'zod'
import { cleanLine } from '../../core/text/text.ts'
import { originOf } from '../reading/origin.ts'

/** The repository that every event of Bitbucket Cloud is about. */
export const repositorySchema = z.object({
  full_name: z.string().min(1),
  project: z.object({ key: z.string().nullish(), name: z.string().nullish() }).nullish(),
})
type Repository = z.infer<typeof repositorySchema>

export const serviceOf = (repository: Repository): string => cleanLine(repository.full_name, 200)

export const originIn = (repository: Repository, more: Readonly<Record<string, string | null | undefined>> = {}) =>
  originOf({
    repository: repository.full_name,
    workspace: repository.full_name.split('/')[0],
    project: repository.project?.key,
    ...more,
  })
