import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * How many defects came and went in each hour, kept by triggers as `defect_days` is: where days begin far from those of
 * UTC, and for columns of some hours, what lies between was counted from the defects one by one.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [table(words), ...triggers[words.engine], ...fill]) await sql.raw(statement).execute(db)
}

// 0 stands for no environment and no service, for a primary key knows no null.
const table = ({ integer, engine }: DdlWords): string => `create table defect_hours (
    environment_id ${integer} not null,
    hour ${integer} not null,
    service_id ${integer} not null,
    s1 ${integer} not null,
    s2 ${integer} not null,
    s3 ${integer} not null,
    s4 ${integer} not null,
    by_people ${integer} not null,
    fixed ${integer} not null,
    given_up ${integer} not null,
    primary key (environment_id, hour, service_id)
  ) ${engine === 'sqlite' ? 'strict, without rowid' : ''}`

const COUNTS = ['s1', 's2', 's3', 's4', 'by_people', 'fixed', 'given_up']
const COLUMNS = `environment_id, hour, service_id, ${COUNTS.join(', ')}`
const HOUR_MS = 3_600_000

const seenAt = (d: string): string => `${d}.first_seen_at / ${HOUR_MS}`
const closedAt = (d: string): string => `coalesce(${d}.resolved_at, ${d}.status_at) / ${HOUR_MS}`
const placeOf = (d: string): { environment: string; service: string } => ({
  environment: `coalesce(${d}.environment_id, 0)`,
  service: `coalesce(${d}.service_id, 0)`,
})

/** The hour in which a defect was first seen, with its marks. `d` is a row of defects. */
function seenIn(d: string, sign: '' | '-'): string {
  const { environment, service } = placeOf(d)
  const severities = ['S1', 'S2', 'S3', 'S4'].map(
    (one) => `${sign}case when ${d}.severity = '${one}' then 1 else 0 end`,
  )
  const byPeople = `${sign}case when ${d}.detection = 'issue' then 1 else 0 end`
  return `${environment}, ${seenAt(d)}, ${service}, ${severities.join(', ')}, ${byPeople}, 0, 0`
}

/** The hour in which it was closed. */
function closedIn(d: string, sign: '' | '-'): string {
  const { environment, service } = placeOf(d)
  const isFixed = `${d}.status in ('fixed', 'verified')`
  return `${environment}, ${closedAt(d)}, ${service}, 0, 0, 0, 0, 0,
    ${sign}case when ${isFixed} then 1 else 0 end, ${sign}case when ${isFixed} then 0 else 1 end`
}

const isCounted = (d: string): string => `${d}.merged_into_id is null`
const isClosed = (d: string): string => `${isCounted(d)} and ${d}.open = 0`

const adds = `on conflict (environment_id, hour, service_id) do update set
  ${COUNTS.map((column) => `${column} = defect_hours.${column} + excluded.${column}`).join(', ')}`

const count = (d: 'old' | 'new', sign: '' | '-'): string => `
  insert into defect_hours (${COLUMNS}) select ${seenIn(d, sign)} where ${isCounted(d)} ${adds};
  insert into defect_hours (${COLUMNS}) select ${closedIn(d, sign)} where ${isClosed(d)} ${adds};`

/** So that the table is the same whatever was counted and taken back on the way. */
const sweep = `
  delete from defect_hours where environment_id = ${placeOf('old').environment} and service_id = ${placeOf('old').service}
    and hour in (${seenAt('old')}, ${closedAt('old')}) and ${COUNTS.map((column) => `${column} = 0`).join(' and ')};`

const READ = [
  'environment_id',
  'service_id',
  'first_seen_at',
  'severity',
  'detection',
  'open',
  'status',
  'status_at',
  'resolved_at',
  'merged_into_id',
]
const OF_READ = READ.join(', ')
/** Most changes of a defect are another sighting, which is none of these. */
const isChanged = (differs: string): string =>
  READ.map((column) => `old.${column} ${differs} new.${column}`).join(' or ')

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger defect_hours_of_new after insert on defects begin ${count('new', '')} end`,
    `create trigger defect_hours_of_changed after update of ${OF_READ} on defects when ${isChanged('is not')}
    begin ${count('old', '-')} ${count('new', '')} ${sweep} end`,
    `create trigger defect_hours_of_gone after delete on defects begin ${count('old', '-')} ${sweep} end`,
  ],
  postgres: [
    `create function count_defect_hours() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${count('old', '-')} end if;
      if tg_op <> 'DELETE' then ${count('new', '')} end if;
      if tg_op <> 'INSERT' then ${sweep} end if;
      return null;
    end $$`,
    `create trigger defect_hours_of_new after insert or delete on defects
    for each row execute function count_defect_hours()`,
    `create trigger defect_hours_of_changed after update of ${OF_READ} on defects
    for each row when (${isChanged('is distinct from')}) execute function count_defect_hours()`,
  ],
}

// In the order in which it is read, so that PostgreSQL finds what belongs together on the same pages.
export const fill: readonly string[] = [
  `insert into defect_hours (${COLUMNS}) with counted (${COLUMNS}) as (
    select ${seenIn('d', '')} from defects d where ${isCounted('d')}
    union all
    select ${closedIn('d', '')} from defects d where ${isClosed('d')})
  select environment_id, hour, service_id, ${COUNTS.map((column) => `sum(${column})`).join(', ')}
  from counted group by environment_id, hour, service_id order by environment_id, hour, service_id`,
]
