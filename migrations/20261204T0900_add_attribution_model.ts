import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** What the second attribution method keeps: of a service what it learned, of a defect what it concluded. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `alter table services add column detection ${text} not null default 'hosted'
    constraint services_detection_known check (detection in ('hosted', 'shipped'))`,

  `create table service_dependencies (
    service_id ${integer} not null references services (id),
    depends_on_id ${integer} not null references services (id),
    primary key (service_id, depends_on_id),
    constraint service_dependencies_on_others check (service_id <> depends_on_id)
  ) ${tableEnd}`,
  'create index service_dependencies_reversed on service_dependencies (depends_on_id, service_id)',

  `create table service_profiles (
    service_id ${integer} primary key not null references services (id),
    learned_at ${integer} not null,
    profile_json ${text} not null
  ) ${tableEnd}`,

  // Where the probability lies that no suspect has, what it was seen in, the model, and a hash over the facts.
  `alter table defects add column attribution_json ${text} not null default '{}'`,
  // Most defects count for nothing yet: nothing was learned from them.
  `alter table defects add column counted_json ${text}`,

  `create index deployments_of_a_share on deployments (service_id, environment_id, at)
    where percent is not null`,

  `create index defects_decided on defects (service_id, id)
    where attribution in ('manual', 'not-a-change') and merged_into_id is null`,

  // The new method judges all that the first one judged.
  `insert into attribution_ranges (service_id, from_at, after_id)
    select id, 0, 0 from services where true
    on conflict (service_id) do update set from_at = 0, after_id = 0`,
]
