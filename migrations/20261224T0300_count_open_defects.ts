import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * How many defects are open by environment, service and severity, kept by triggers: pages that say so no longer go
 * through all that are. And the releases that are kept out of sight, to be left out of what is counted.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [table(words), ...triggers[words.engine], ...fill, index])
    await sql.raw(statement).execute(db)
}

// 0 stands for no environment and no service, for a primary key knows no null.
const table = ({ integer, tableEnd, text }: DdlWords): string => `create table open_defects (
    environment_id ${integer} not null,
    service_id ${integer} not null,
    severity ${text} not null,
    defects ${integer} not null,
    primary key (environment_id, service_id, severity)
  ) ${tableEnd}`

const isOpen = (d: string): string => `${d}.open = 1 and ${d}.merged_into_id is null`

/** `d` is a row of defects. */
const placeOf = (d: string): string => `coalesce(${d}.environment_id, 0), coalesce(${d}.service_id, 0), ${d}.severity`

const COLUMNS = 'environment_id, service_id, severity, defects'

const count = (d: 'old' | 'new', by: 1 | -1): string => `
  insert into open_defects (${COLUMNS}) select ${placeOf(d)}, ${by} where ${isOpen(d)}
    on conflict (environment_id, service_id, severity) do update set defects = open_defects.defects + excluded.defects;`

/** So that the table is the same whatever was counted and taken back on the way. */
const sweep = `
  delete from open_defects where environment_id = coalesce(old.environment_id, 0)
    and service_id = coalesce(old.service_id, 0) and severity = old.severity and defects = 0;`

const READ = ['environment_id', 'service_id', 'severity', 'open', 'merged_into_id']
const OF_READ = READ.join(', ')
const isChanged = (differs: string): string =>
  READ.map((column) => `old.${column} ${differs} new.${column}`).join(' or ')

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger open_defects_of_new after insert on defects when ${isOpen('new')} begin ${count('new', 1)} end`,
    `create trigger open_defects_of_changed after update of ${OF_READ} on defects when ${isChanged('is not')}
    begin ${count('old', -1)} ${count('new', 1)} ${sweep} end`,
    `create trigger open_defects_of_gone after delete on defects when ${isOpen('old')}
    begin ${count('old', -1)} ${sweep} end`,
  ],
  postgres: [
    `create function count_open_defects() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${count('old', -1)} end if;
      if tg_op <> 'DELETE' then ${count('new', 1)} end if;
      if tg_op <> 'INSERT' then ${sweep} end if;
      return null;
    end $$`,
    `create trigger open_defects_of_new after insert on defects
    for each row when (${isOpen('new')}) execute function count_open_defects()`,
    `create trigger open_defects_of_changed after update of ${OF_READ} on defects
    for each row when (${isChanged('is distinct from')}) execute function count_open_defects()`,
    `create trigger open_defects_of_gone after delete on defects
    for each row when (${isOpen('old')}) execute function count_open_defects()`,
  ],
}

export const fill: readonly string[] = [
  `insert into open_defects (${COLUMNS})
  select ${placeOf('d')}, count(*) from defects d where ${isOpen('d')} group by 1, 2, 3`,
]

const index = 'create index releases_quarantined on releases (id) where quarantine is not null'
