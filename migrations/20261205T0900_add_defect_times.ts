import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** When a defect was reported, acknowledged, mitigated and resolved; what a column means: src/store/schema.ts. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer }: DdlWords): string[] => [
  `alter table defects add column reported_at ${integer}`,
  `alter table defects add column acknowledged_at ${integer}`,
  `alter table defects add column mitigated_at ${integer}`,
  `alter table defects add column resolved_at ${integer}`,

  // As they follow from what was kept until now; from here on they are derived with the rest of the defect.
  `update defects set reported_at = (select min(r.first_said_at) from reports r where r.defect_id = defects.id)`,
  `update defects set reported_at = detected_at where reported_at is null or reported_at < detected_at`,
  `update defects set acknowledged_at = (
    select min(t.at) from status_statements t
    join reports r on r.id = t.report_id
    where r.defect_id = defects.id and t.status in ('triaged', 'in-progress'))`,
  `update defects set acknowledged_at = (select min(a.at) from activities a where ${takenUp})
    where exists (select 1 from activities a where ${takenUp} and a.at < coalesce(acknowledged_at, a.at + 1))`,
  `update defects set resolved_at = status_at where open = 0 and merged_into_id is null`,
  `update defects set resolved_at = (
    select g.fixed_at from generations g where g.defect_id = defects.id and g.number = defects.generation)
    where status in ('fixed', 'verified') and merged_into_id is null and exists (
      select 1 from generations g
      where g.defect_id = defects.id and g.number = defects.generation and g.fixed_at is not null)`,

  // What was open at an instant is counted from these, for one service.
  `create index defects_by_service_resolved on defects (service_id, resolved_at)
    where resolved_at is not null and merged_into_id is null`,
]

/** A person was made its owner, or moved it to where somebody works on it. */
const takenUp = `a.defect_id = defects.id and (
  (a.kind = 'assignee' and a.detail_json not like '%"to":null%')
  or (a.kind = 'status' and (a.detail_json like '%"to":"triaged"%' or a.detail_json like '%"to":"in-progress"%')))`
