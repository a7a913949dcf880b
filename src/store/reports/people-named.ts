import type { ReportSnapshot } from '../../core/reports/snapshot.ts'
import type { Db } from '../database.ts'

/** More than a server has accounts, or a few releases authors. */
const MOST_NAMES = 5_000

/**
 * What people are called whom the titles in a report may name: everybody with an account, whatever became of it, and the
 * authors of commits in the releases that the report is about, was deployed or is suspected in it.
 */
export async function listPeopleNamed(db: Db, report: ReportSnapshot): Promise<string[]> {
  const accounts = await db.selectFrom('users').select(['name', 'email']).limit(MOST_NAMES).execute()
  const authors = await Promise.all(
    [...versionsIn(report)].map(([service, versions]) => listAuthors(db, service, [...versions])),
  )
  return [...accounts.flatMap(({ name, email }) => [name, email]), ...authors.flat()]
}

const listAuthors = async (db: Db, service: string, versions: readonly string[]): Promise<string[]> =>
  (
    await db
      .selectFrom('services')
      .innerJoin('releases', 'releases.service_id', 'services.id')
      .innerJoin('release_commits', 'release_commits.release_id', 'releases.id')
      .select('release_commits.author')
      .distinct()
      .where('services.name', '=', service)
      .where('releases.version', 'in', versions)
      .where('release_commits.author', 'is not', null)
      .limit(MOST_NAMES)
      .execute()
  ).flatMap(({ author }) => author ?? [])

function versionsIn({ subject, defects, deployments }: ReportSnapshot): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const add = (service: string, version: string | null) => {
    if (version !== null) found.set(service, (found.get(service) ?? new Set()).add(version))
  }
  if (subject.kind === 'release') add(subject.service, subject.version)
  for (const { suspect } of defects.rows) if (suspect) add(suspect.service, suspect.version)
  for (const { service, version, replaced } of deployments.rows) {
    add(service, version)
    add(service, replaced)
  }
  return found
}
