import { packageIn } from '../../sources/sentry-cli.ts'
import { sentrySdk } from '../../sources/sentry-sdk/index.ts'
import type { Db } from '../../store/database.ts'
import { listReleasesNamed } from '../../store/releases/releases-by-name.ts'
import { findSourceBySlug } from '../../store/sources/sources.ts'
import { serviceOf } from './source-service.ts'

/**
 * The services that sentry-cli means: the projects it names; else those that a release of that name was made for; else
 * the package in the name. Empty: nothing says.
 */
export async function servicesMeant(
  db: Db,
  release: string,
  projects: readonly string[] | null | undefined,
): Promise<string[]> {
  const named = projects && projects.length > 0 ? projects : undefined
  if (named) return await Promise.all([...new Set(named)].map((project) => serviceOfProject(db, project)))
  const known = await listReleasesNamed(db, release)
  if (known.length > 0) return known.map(({ service }) => service)
  const name = packageIn(release)
  return name === undefined ? [] : [await serviceOfProject(db, name)]
}

/** A project is called as the source of its SDK is; where there is none, as the service. */
export async function serviceOfProject(db: Db, project: string): Promise<string> {
  const source = await findSourceBySlug(db, project)
  return source?.kind === sentrySdk.kind ? await serviceOf(db, source) : project
}
