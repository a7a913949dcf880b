import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * What the trends are read from: how many defects came and went on each day of UTC, kept by triggers with the defects
 * themselves, whoever changes these; and indexes for what is counted one by one.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [...tables(words), ...triggers[words.engine], ...fill, ...indexes])
    await sql.raw(statement).execute(db)
}

const tables = ({ integer, tableEnd }: DdlWords): string[] => [
  `create table defect_days (
    environment_id ${integer} not null references environments (id),
    day ${integer} not null,
    service_id ${integer} not null references services (id),
    s1 ${integer} not null,
    s2 ${integer} not null,
    s3 ${integer} not null,
    s4 ${integer} not null,
    by_people ${integer} not null,
    fixed ${integer} not null,
    given_up ${integer} not null,
    primary key (environment_id, day, service_id)
  ) ${tableEnd}`,
]

const COLUMNS = 'environment_id, day, service_id, s1, s2, s3, s4, by_people, fixed, given_up'
const DAY_MS = 86_400_000

/** The day on which a defect was first seen, with its marks. `d` is a row of defects. */
const seenOn = (d: string, sign: '' | '-'): string =>
  `${d}.environment_id, ${d}.first_seen_at / ${DAY_MS}, ${d}.service_id, ${['S1', 'S2', 'S3', 'S4']
    .map((severity) => `${sign}case when ${d}.severity = '${severity}' then 1 else 0 end`)
    .join(', ')}, ${sign}case when ${d}.detection = 'issue' then 1 else 0 end, 0, 0`

/** The day on which it was closed. */
const closedOn = (d: string, sign: '' | '-'): string =>
  `${d}.environment_id, coalesce(${d}.resolved_at, ${d}.status_at) / ${DAY_MS}, ${d}.service_id, 0, 0, 0, 0, 0,
  ${sign}case when ${d}.status in ('fixed', 'verified') then 1 else 0 end,
  ${sign}case when ${d}.status in ('fixed', 'verified') then 0 else 1 end`

const isCounted = (d: string): string =>
  `${d}.merged_into_id is null and ${d}.environment_id is not null and ${d}.service_id is not null`

const adds = `on conflict (environment_id, day, service_id) do update set
  ${['s1', 's2', 's3', 's4', 'by_people', 'fixed', 'given_up']
    .map((column) => `${column} = defect_days.${column} + excluded.${column}`)
    .join(', ')}`

const count = (d: 'old' | 'new', sign: '' | '-'): string => `
  insert into defect_days (${COLUMNS}) select ${seenOn(d, sign)} where ${isCounted(d)} ${adds};
  insert into defect_days (${COLUMNS}) select ${closedOn(d, sign)} where ${isCounted(d)} and ${d}.open = 0 ${adds};`

/** So that the table is the same whatever was counted and taken back on the way. */
const sweep = `
  delete from defect_days where environment_id = old.environment_id and service_id = old.service_id
    and day in (old.first_seen_at / ${DAY_MS}, coalesce(old.resolved_at, old.status_at) / ${DAY_MS})
    and s1 = 0 and s2 = 0 and s3 = 0 and s4 = 0 and by_people = 0 and fixed = 0 and given_up = 0;`

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
    `create trigger defect_days_of_new after insert on defects begin ${count('new', '')} end`,
    `create trigger defect_days_of_changed after update of ${OF_READ} on defects when ${isChanged('is not')}
    begin ${count('old', '-')} ${count('new', '')} ${sweep} end`,
    `create trigger defect_days_of_gone after delete on defects begin ${count('old', '-')} ${sweep} end`,
  ],
  postgres: [
    `create function count_defect_days() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${count('old', '-')} end if;
      if tg_op <> 'DELETE' then ${count('new', '')} end if;
      if tg_op <> 'INSERT' then ${sweep} end if;
      return null;
    end $$`,
    `create trigger defect_days_of_new after insert or delete on defects
    for each row execute function count_defect_days()`,
    `create trigger defect_days_of_changed after update of ${OF_READ} on defects
    for each row when (${isChanged('is distinct from')}) execute function count_defect_days()`,
  ],
}

const fill: readonly string[] = [
  `insert into defect_days (${COLUMNS}) with counted (${COLUMNS}) as (
    select ${seenOn('d', '')} from defects d where ${isCounted('d')}
    union all
    select ${closedOn('d', '')} from defects d where ${isCounted('d')} and d.open = 0)
  select environment_id, day, service_id, sum(s1), sum(s2), sum(s3), sum(s4), sum(by_people), sum(fixed), sum(given_up)
  from counted group by environment_id, day, service_id`,
]

const SEVERE = "severity in ('S1', 'S2') and merged_into_id is null"

const indexes: readonly string[] = [
  // In zones whose days are not those of UTC, what was closed in a part of a day is counted from the defects.
  `create index defects_closed on defects (environment_id, coalesce(resolved_at, status_at), service_id, status)
    where open = 0 and merged_into_id is null`,
  `create index defects_severe on defects (environment_id, first_seen_at, service_id, open, status, resolved_at, status_at)
    where ${SEVERE}`,
  `create index defects_of_harm on defects (environment_id, first_seen_at, service_id, suspect_release_id, id)
    where ${SEVERE} and attribution in ('attributed', 'manual')`,
  'create index first_deployments_by_environment on first_deployments (environment_id, at, release_id, service_id)',
  `create index deployments_placed on deployments (environment_id, at, id, service_id, release_id, effect)
    where effect in ('deploy', 'rollback')`,
  "create index releases_emergency on releases (id) where kind = 'emergency'",
  'create index generations_back on generations (since_at, defect_id) where number > 1',
]
