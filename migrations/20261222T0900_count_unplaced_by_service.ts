import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * `unplaced_defect_days` by service as well, as `defect_days` is: the overview can tell of some services. Defects that
 * name no environment, or no service, count under 0 for it.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [...undo[words.engine], table(words), ...triggers[words.engine], ...fill])
    await sql.raw(statement).execute(db)
}

const TRIGGERS = ['unplaced_defect_days_of_new', 'unplaced_defect_days_of_changed', 'unplaced_defect_days_of_gone']

const undo: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [...TRIGGERS.map((name) => `drop trigger ${name}`), 'drop table unplaced_defect_days'],
  postgres: [
    ...TRIGGERS.map((name) => `drop trigger ${name} on defects`),
    'drop function count_unplaced_defect_days()',
    'drop table unplaced_defect_days',
  ],
}

const table = ({ integer, tableEnd }: DdlWords): string => `create table unplaced_defect_days (
    environment_id ${integer} not null,
    day ${integer} not null,
    service_id ${integer} not null,
    s1 ${integer} not null,
    s2 ${integer} not null,
    s3 ${integer} not null,
    s4 ${integer} not null,
    primary key (environment_id, day, service_id)
  ) ${tableEnd}`

const COLUMNS = 'environment_id, day, service_id, s1, s2, s3, s4'
const DAY_MS = 86_400_000

const isUnplaced = (d: string): string =>
  `${d}.merged_into_id is null and (${d}.environment_id is null or ${d}.service_id is null)`

const severityCounts = (d: string, sign: '' | '-'): string =>
  ['S1', 'S2', 'S3', 'S4']
    .map((severity) => `${sign}case when ${d}.severity = '${severity}' then 1 else 0 end`)
    .join(', ')

/** Where and on which day a defect was first seen, with its severity. `d` is a row of defects. */
const seenOn = (d: string, sign: '' | '-'): string =>
  `coalesce(${d}.environment_id, 0), ${d}.first_seen_at / ${DAY_MS}, coalesce(${d}.service_id, 0), ${severityCounts(d, sign)}`

const count = (d: 'old' | 'new', sign: '' | '-'): string => `
  insert into unplaced_defect_days (${COLUMNS}) select ${seenOn(d, sign)} where ${isUnplaced(d)}
    on conflict (environment_id, day, service_id) do update set
    ${['s1', 's2', 's3', 's4'].map((column) => `${column} = unplaced_defect_days.${column} + excluded.${column}`).join(', ')};`

/** So that the table is the same whatever was counted and taken back on the way. */
const sweep = `
  delete from unplaced_defect_days where environment_id = coalesce(old.environment_id, 0)
    and day = old.first_seen_at / ${DAY_MS} and service_id = coalesce(old.service_id, 0)
    and s1 = 0 and s2 = 0 and s3 = 0 and s4 = 0;`

const READ = ['environment_id', 'service_id', 'first_seen_at', 'severity', 'merged_into_id']
const OF_READ = READ.join(', ')
/** Nor is or was: most defects name both, and cost nothing here. */
const isChanged = (differs: string): string =>
  `(${isUnplaced('old')} or ${isUnplaced('new')}) and (${READ.map((column) => `old.${column} ${differs} new.${column}`).join(' or ')})`

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger unplaced_defect_days_of_new after insert on defects when ${isUnplaced('new')}
    begin ${count('new', '')} end`,
    `create trigger unplaced_defect_days_of_changed after update of ${OF_READ} on defects when ${isChanged('is not')}
    begin ${count('old', '-')} ${count('new', '')} ${sweep} end`,
    `create trigger unplaced_defect_days_of_gone after delete on defects when ${isUnplaced('old')}
    begin ${count('old', '-')} ${sweep} end`,
  ],
  postgres: [
    `create function count_unplaced_defect_days() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${count('old', '-')} end if;
      if tg_op <> 'DELETE' then ${count('new', '')} end if;
      if tg_op <> 'INSERT' then ${sweep} end if;
      return null;
    end $$`,
    `create trigger unplaced_defect_days_of_new after insert on defects
    for each row when (${isUnplaced('new')}) execute function count_unplaced_defect_days()`,
    `create trigger unplaced_defect_days_of_changed after update of ${OF_READ} on defects
    for each row when (${isChanged('is distinct from')}) execute function count_unplaced_defect_days()`,
    `create trigger unplaced_defect_days_of_gone after delete on defects
    for each row when (${isUnplaced('old')}) execute function count_unplaced_defect_days()`,
  ],
}

export const fill: readonly string[] = [
  `insert into unplaced_defect_days (${COLUMNS}) with counted (${COLUMNS}) as (
    select ${seenOn('d', '')} from defects d where ${isUnplaced('d')})
  select environment_id, day, service_id, sum(s1), sum(s2), sum(s3), sum(s4)
  from counted group by environment_id, day, service_id`,
]
