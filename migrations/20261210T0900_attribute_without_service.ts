import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Defects that name no service wait for their attribution as those of a service do; until now they had none. */
export async function up(db: Kysely<unknown>, { integer, tableEnd }: DdlWords): Promise<void> {
  const statements = [
    `create table unplaced_attribution_range (
      id ${integer} primary key not null,
      from_at ${integer} not null,
      after_id ${integer} not null
    ) ${tableEnd}`,
    `insert into unplaced_attribution_range (id, from_at, after_id)
      select 1, 0, 0 where exists (select 1 from defects where service_id is null)`,
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}
