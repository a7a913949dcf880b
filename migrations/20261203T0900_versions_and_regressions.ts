import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * Kinds, quarantine and emergency scores of releases; what was said of the state of a defect, statement by statement;
 * in which version each sighting was; the generations of a defect that came back. What a column means stands beside its
 * type in src/store/schema.ts.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
  await keepWhatReportsSaid(db as Kysely<Before>)
  await keepWhatPeopleSaid(db as Kysely<Before>)
  // Everything derived is worked out anew after the start: orders first, the rest follows from them.
  await sql`insert into order_marks (service_id) select id from services`.execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `alter table services add column manual_order_json ${text} not null default '[]'`,

  `alter table releases add column stated_kind ${text}`,
  `alter table releases add column content_kind ${text}`,
  `alter table releases add column order_kind ${text} not null default 'unknown'`,
  `alter table releases add column quarantine ${text}`,
  `alter table releases add column emergency_points ${integer} not null default 0`,
  `alter table releases add column emergency_json ${text} not null default '[]'`,
  'create index releases_by_service on releases (service_id, id)',
  'create index releases_by_service_deployed on releases (service_id, first_deployed_at, id)',
  'create index releases_by_service_production on releases (service_id, first_production_at, id)',

  `create table order_marks (
    service_id ${integer} primary key not null references services (id)
  ) ${tableEnd}`,

  `create table classification_ranges (
    service_id ${integer} primary key not null references services (id),
    from_at ${integer} not null,
    after_id ${integer} not null
  ) ${tableEnd}`,

  `alter table sightings add column version ${text}`,
  `alter table sightings add column commit_sha ${text}`,
  `alter table sightings add column environment ${text}`,
  'create index sightings_by_time on sightings (report_id, seen_at)',

  `create table status_statements (
    report_id ${integer} not null references reports (id),
    at ${integer} not null,
    status ${text} not null,
    fixed_in_json ${text} not null,
    sighted ${integer} not null,
    primary key (report_id, at, status, fixed_in_json, sighted)
  ) ${tableEnd}`,

  `alter table defects add column fixes_json ${text} not null default '[]'`,
  `alter table defects add column ever_fixed ${integer} not null default 0`,
  `alter table defects add column contested ${integer} not null default 0`,
  `alter table defects add column regression_answer ${text}`,
  `alter table defects add column regression_sentence ${text}`,
  `alter table defects add column regression_at ${integer}`,
  `alter table defects add column generation ${integer} not null default 1`,
  `alter table defects add column generation_since ${integer}`,
  'create index defects_contested on defects (service_id, id) where contested = 1 and merged_into_id is null',

  `create table generations (
    defect_id ${integer} not null references defects (id),
    number ${integer} not null,
    since_at ${integer} not null,
    release_id ${integer} references releases (id),
    seen_version ${text},
    sentence ${text},
    fixed_at ${integer},
    fixed_in_json ${text} not null,
    primary key (defect_id, number)
  ) ${tableEnd}`,
  'create index generations_by_release on generations (release_id) where release_id is not null',

  `create table judgement_ranges (
    service_id ${integer} primary key not null references services (id),
    after_id ${integer} not null
  ) ${tableEnd}`,
]

/** As the tables were before, as far as they are read here. */
interface Before {
  reports: { id: number; facts_json: string }
  status_statements: { report_id: number; at: number; status: string; fixed_in_json: string; sighted: number }
  defects: {
    id: number
    decisions_json: string
    fixed_in_json: string
    status: string
    status_at: number
    ever_fixed: number
    contested: number
  }
}

const BATCH = 500

/** A report held the last status its sender stated; it becomes the one statement that is known. */
async function keepWhatReportsSaid(db: Kysely<Before>): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('reports')
      .select(['id', 'facts_json'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    for (const row of rows) {
      const facts = JSON.parse(row.facts_json) as { latest?: { status?: { value: string; at: number } } }
      const stated = facts.latest?.status
      if (!stated) continue
      delete facts.latest?.status
      await db
        .insertInto('status_statements')
        .values({ report_id: row.id, at: stated.at, status: stated.value, fixed_in_json: '', sighted: 0 })
        .execute()
      await db
        .updateTable('reports')
        .set({ facts_json: JSON.stringify(facts) })
        .where('id', '=', row.id)
        .execute()
    }
    after = rows.at(-1)?.id ?? 0
    if (rows.length < BATCH) return
  }
}

/** The status a person set, and the releases they named as the fix, become statements of theirs. */
async function keepWhatPeopleSaid(db: Kysely<Before>): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('defects')
      .select(['id', 'decisions_json', 'fixed_in_json', 'status', 'status_at'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute()
    for (const row of rows) {
      const { status, ...others } = JSON.parse(row.decisions_json) as {
        status?: { value: string; at: number; by: string; reason?: string }
      }
      const fixedIn = JSON.parse(row.fixed_in_json) as string[]
      const everFixed = fixedIn.length > 0 || row.status === 'fixed' || row.status === 'verified' ? 1 : 0
      if (!status && !everFixed) continue
      const said = {
        at: status?.at ?? row.status_at,
        by: status?.by ?? 'unknown',
        ...(status && { status: status.value, reason: status.reason }),
        ...(fixedIn.length > 0 && { fixedIn }),
      }
      const statements = status || fixedIn.length > 0 ? [said] : undefined
      await db
        .updateTable('defects')
        .set({
          decisions_json: JSON.stringify({ ...others, ...(statements && { statements }) }),
          ever_fixed: everFixed,
          // Of all of them until they are judged for the first time.
          contested: everFixed,
        })
        .where('id', '=', row.id)
        .execute()
    }
    after = rows.at(-1)?.id ?? 0
    if (rows.length < BATCH) return
  }
}
