import { z } from 'zod'
import { cleanLine } from '../../core/text/text.ts'
import { originOf } from '../reading/origin.ts'

/** The project that every event of GitLab is about. */
export const projectSchema = z.object({
  path_with_namespace: z.string().min(1),
  web_url: z.string().nullish(),
})
type Project = z.infer<typeof projectSchema>

export const serviceOf = (project: Project): string => cleanLine(project.path_with_namespace, 200)

/** With the group, subgroups included, and whatever else the event names. */
export const originIn = (project: Project, more: Readonly<Record<string, string | null | undefined>> = {}) =>
  originOf({
    project: project.path_with_namespace,
    group: project.path_with_namespace.replace(/\/?[^/]*$/, ''),
    ...more,
  })
