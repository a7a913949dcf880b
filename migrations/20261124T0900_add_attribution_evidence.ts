import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * What releases contain and what defects hint at: commits and pushes, changed files, the share of a deployment, and the
 * evidence that reports carry. What a column means stands beside its type in src/store/schema.ts.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, real, identity, tableEnd }: DdlWords): string[] => [
  `create table repositories (
    id ${identity},
    name ${text} not null constraint repositories_name_unique unique
  ) ${tableEnd}`,

  `create table commits (
    repository_id ${integer} not null references repositories (id),
    sha ${text} not null,
    message ${text},
    author ${text},
    at ${integer},
    files_json ${text} not null default '[]',
    primary key (repository_id, sha)
  ) ${tableEnd}`,

  `create table pushes (
    id ${identity},
    repository_id ${integer} not null references repositories (id),
    before_sha ${text} not null,
    after_sha ${text} not null,
    constraint pushes_ends_unique unique (repository_id, after_sha, before_sha)
  ) ${tableEnd}`,
  'create index pushes_by_before on pushes (repository_id, before_sha)',

  `create table push_commits (
    push_id ${integer} not null references pushes (id),
    position ${integer} not null,
    sha ${text} not null,
    primary key (push_id, position)
  ) ${tableEnd}`,
  'create index push_commits_by_sha on push_commits (sha)',

  `alter table release_commits add column stated ${integer} not null default 1`,
  // What senders listed so far is what is known of those commits.
  `insert into repositories (name)
    select distinct services.name from services
    join releases on releases.service_id = services.id
    join release_commits on release_commits.release_id = releases.id`,
  `insert into commits (repository_id, sha, message, author, at)
    select repositories.id, release_commits.sha, max(message), max(author), min(at)
    from release_commits
    join releases on releases.id = release_commits.release_id
    join services on services.id = releases.service_id
    join repositories on repositories.name = services.name
    group by repositories.id, release_commits.sha`,

  `create table release_files (
    release_id ${integer} not null references releases (id),
    path ${text} not null,
    service_id ${integer} not null references services (id),
    stated ${integer} not null,
    primary key (release_id, path)
  ) ${tableEnd}`,
  // Holds all that the popularity of a service's files is counted from, in the order of the counting.
  'create index release_files_by_service on release_files (service_id, path, release_id)',

  `alter table deployments add column percent ${real}`,
  `create index deployments_by_replaced_release on deployments (replaced_release_id)
    where replaced_release_id is not null`,

  `alter table defects add column detection ${text} not null default 'issue'`,
  `alter table defects add column introduced_in ${text}`,
  `alter table defects add column evidence_json ${text} not null default '{}'`,
  `create index defects_by_introduced_in on defects (service_id, introduced_in) where introduced_in is not null`,
  `create table defect_culprits (
    defect_id ${integer} not null references defects (id),
    sha ${text} not null,
    primary key (defect_id, sha)
  ) ${tableEnd}`,
  // Commits are blamed by their beginnings as well; seven characters are the least that Git itself writes.
  'create index defect_culprits_by_beginning on defect_culprits (substr(sha, 1, 7))',
]
