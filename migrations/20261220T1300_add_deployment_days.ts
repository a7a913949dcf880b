import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * Which deployments failed, and how many of each kind there were on each day of UTC: kept by triggers with deployments,
 * defects and releases, whoever changes these, so that trends over a year read days and not deployments.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [...indexes, ...tables(words), view, ...triggers[words.engine], ...fill])
    await sql.raw(statement).execute(db)
}

const DAY_MS = 86_400_000
/** A deployment that was rolled back later than this was not a failure. */
const RIPE_MS = 72 * 3_600_000
/** No instant is further from 1970. */
const FAR = Number.MAX_SAFE_INTEGER

/** Whether a row of deployments put a release in place. */
const isPlaced = (d: string): string => `${d}.effect in ('deploy', 'rollback')`
const isHarm = (d: string): string =>
  `${d}.severity in ('S1', 'S2') and ${d}.merged_into_id is null and ${d}.attribution in ('attributed', 'manual')`

const indexes: readonly string[] = [
  `create index defects_harm_of_release on defects (suspect_release_id, first_seen_at, service_id, environment_id)
    where severity in ('S1', 'S2') and merged_into_id is null and attribution in ('attributed', 'manual')`,
]

const tables = ({ integer, tableEnd }: DdlWords): string[] => [
  `create table failed_deployments (
    deployment_id ${integer} primary key,
    environment_id ${integer} not null,
    service_id ${integer} not null,
    at ${integer} not null
  ) ${tableEnd}`,
  'create index failed_deployments_by_time on failed_deployments (environment_id, at, service_id, deployment_id)',
  `create table deployment_days (
    environment_id ${integer} not null references environments (id),
    day ${integer} not null,
    service_id ${integer} not null references services (id),
    deployments ${integer} not null,
    rollbacks ${integer} not null,
    emergencies ${integer} not null,
    failed ${integer} not null,
    primary key (environment_id, day, service_id)
  ) ${tableEnd}`,
]

/** The same place and release, put there in the same way. */
const alike = `n.release_id = p.release_id and n.environment_id = p.environment_id and n.service_id = p.service_id
    and n.effect = p.effect`

/**
 * The deployments that failed: the next in their place rolled them back within 72 hours, or an S1 or S2 defect is
 * attributed to their release. Of several deployments of it that is the last before the defect was seen, or else the
 * first; one that put the release back is to blame only where none brought it (core/delivery/failed-deployments.ts).
 */
const view = `create view failing_deployments as
  select p.id as deployment_id, p.environment_id, p.service_id, p.at from deployments p
  where ${isPlaced('p')} and (
    (select case when n.effect = 'rollback' and n.at <= p.at + ${RIPE_MS} then 1 else 0 end from deployments n
      where n.service_id = p.service_id and n.environment_id = p.environment_id and ${isPlaced('n')}
      and (n.at, n.id) > (p.at, p.id) order by n.at, n.id limit 1) = 1
    or exists (select 1 from defects d
      where d.suspect_release_id = p.release_id and d.service_id = p.service_id and ${isHarm('d')}
      and (d.environment_id = p.environment_id or d.environment_id is null)
      and (p.effect = 'deploy' or not exists (select 1 from deployments n
        where n.release_id = p.release_id and n.environment_id = p.environment_id and n.service_id = p.service_id
        and n.effect = 'deploy'))
      and d.first_seen_at >= (select case when exists (select 1 from deployments n
        where ${alike} and (n.at, n.id) < (p.at, p.id)) then p.at else -${FAR} end)
      and d.first_seen_at < coalesce((select n.at from deployments n
        where ${alike} and (n.at, n.id) > (p.at, p.id) order by n.at, n.id limit 1), ${FAR})))`

/** Whether these failed is looked at again; most did before, or did not. */
const lookAgain = (ids: string): string => `
  delete from failed_deployments where deployment_id in (${ids})
    and deployment_id not in (select deployment_id from failing_deployments where deployment_id in (${ids}));
  insert into failed_deployments (deployment_id, environment_id, service_id, at)
    select deployment_id, environment_id, service_id, at from failing_deployments where deployment_id in (${ids})
    on conflict (deployment_id) do nothing;`

const ofRelease = (d: string): string =>
  `select x.id from deployments x where x.release_id = ${d}.release_id and x.environment_id = ${d}.environment_id`

/** Whatever it follows: a deployment fails by what comes next. */
const before = (d: string): string => `select (select x.id from deployments x
    where x.service_id = ${d}.service_id and x.environment_id = ${d}.environment_id and ${isPlaced('x')}
    and (x.at, x.id) < (${d}.at, ${d}.id) order by x.at desc, x.id desc limit 1)`

const around = (d: 'old' | 'new'): string => `select ${d}.id union all ${ofRelease(d)} union all ${before(d)}`

const COUNTS = ['deployments', 'rollbacks', 'emergencies', 'failed'] as const
const COLUMNS = `environment_id, day, service_id, ${COUNTS.join(', ')}`
const adds = `on conflict (environment_id, day, service_id) do update set
  ${COUNTS.map((column) => `${column} = deployment_days.${column} + excluded.${column}`).join(', ')}`

const isEmergency = (d: string): string =>
  `exists (select 1 from releases r where r.id = ${d}.release_id and r.kind = 'emergency')`
const placedOn = (d: string, sign: '' | '-'): string => `${d}.environment_id, ${d}.at / ${DAY_MS}, ${d}.service_id,
  ${sign}case when ${d}.effect = 'deploy' and not ${isEmergency(d)} then 1 else 0 end,
  ${sign}case when ${d}.effect = 'rollback' then 1 else 0 end,
  ${sign}case when ${d}.effect = 'deploy' and ${isEmergency(d)} then 1 else 0 end, 0`

const count = (d: 'old' | 'new', sign: '' | '-'): string => `
  insert into deployment_days (${COLUMNS}) select ${placedOn(d, sign)} where ${isPlaced(d)} ${adds};`
const countFailed = (d: 'old' | 'new', sign: '' | '-'): string => `
  insert into deployment_days (${COLUMNS})
    select ${d}.environment_id, ${d}.at / ${DAY_MS}, ${d}.service_id, 0, 0, 0, ${sign}1 where true ${adds};`

/** So that the table is the same whatever was counted and taken back on the way. */
const sweep = `
  delete from deployment_days where environment_id = old.environment_id and service_id = old.service_id
    and day = old.at / ${DAY_MS} and deployments = 0 and rollbacks = 0 and emergencies = 0 and failed = 0;`

const changeKind = `
  insert into deployment_days (${COLUMNS})
    select d.environment_id, d.at / ${DAY_MS}, d.service_id,
      sum(case when new.kind = 'emergency' then -1 else 1 end), 0,
      sum(case when new.kind = 'emergency' then 1 else -1 end), 0
    from deployments d where d.release_id = new.id and d.effect = 'deploy'
    group by d.environment_id, d.at / ${DAY_MS}, d.service_id ${adds};`

/** What it is judged by is copied, and goes with it. */
const forget = `
  delete from failed_deployments where deployment_id = old.id;`

const PLACE = ['service_id', 'environment_id', 'release_id', 'effect', 'at']
const HARM = [
  'service_id',
  'environment_id',
  'first_seen_at',
  'severity',
  'merged_into_id',
  'attribution',
  'suspect_release_id',
]
const isChanged = (columns: readonly string[], differs: string): string =>
  `(${columns.map((column) => `old.${column} ${differs} new.${column}`).join(' or ')})`
/** Neither was one in place, nor is it: a deployment that is under way. */
const isOrWas = (is: (d: string) => string): string => `((${is('old')}) or (${is('new')}))`
const KIND_CHANGED = "old.kind <> new.kind and 'emergency' in (old.kind, new.kind)"

const deploymentsOf = (...defects: readonly ('old' | 'new')[]): string =>
  `select x.id from deployments x where x.release_id in (${defects.map((d) => `${d}.suspect_release_id`).join(', ')})`

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger failed_deployments_of_new after insert on failed_deployments begin ${countFailed('new', '')} end`,
    `create trigger failed_deployments_of_gone after delete on failed_deployments
    begin ${countFailed('old', '-')} ${sweep} end`,
    `create trigger deployment_days_of_new after insert on deployments when ${isPlaced('new')}
    begin ${count('new', '')} ${lookAgain(around('new'))} end`,
    `create trigger deployment_days_of_changed after update of ${PLACE.join(', ')} on deployments
    when ${isOrWas(isPlaced)} and ${isChanged(PLACE, 'is not')}
    begin ${count('old', '-')} ${count('new', '')} ${forget} ${lookAgain(around('old'))} ${lookAgain(around('new'))}
    ${sweep} end`,
    `create trigger deployment_days_of_gone after delete on deployments when ${isPlaced('old')}
    begin ${count('old', '-')} ${forget} ${lookAgain(around('old'))} ${sweep} end`,
    `create trigger deployment_days_of_kind after update of kind on releases when ${KIND_CHANGED}
    begin ${changeKind} end`,
    `create trigger failed_deployments_of_new_harm after insert on defects when ${isHarm('new')}
    begin ${lookAgain(deploymentsOf('new'))} end`,
    `create trigger failed_deployments_of_harm after update of ${HARM.join(', ')} on defects
    when ${isOrWas(isHarm)} and ${isChanged(HARM, 'is not')}
    begin ${lookAgain(deploymentsOf('old', 'new'))} end`,
    `create trigger failed_deployments_of_gone_harm after delete on defects when ${isHarm('old')}
    begin ${lookAgain(deploymentsOf('old'))} end`,
  ],
  postgres: [
    `create function count_failed_deployments() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' then ${countFailed('new', '')} else ${countFailed('old', '-')} ${sweep} end if;
      return null;
    end $$`,
    `create trigger failed_deployments_counted after insert or delete on failed_deployments
    for each row execute function count_failed_deployments()`,
    `create function count_deployment_days() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${count('old', '-')} ${forget} end if;
      if tg_op <> 'DELETE' then ${count('new', '')} end if;
      if tg_op <> 'INSERT' then ${lookAgain(around('old'))} end if;
      if tg_op <> 'DELETE' then ${lookAgain(around('new'))} end if;
      if tg_op <> 'INSERT' then ${sweep} end if;
      return null;
    end $$`,
    `create trigger deployment_days_of_new after insert on deployments
    for each row when (${isPlaced('new')}) execute function count_deployment_days()`,
    `create trigger deployment_days_of_changed after update of ${PLACE.join(', ')} on deployments
    for each row when (${isOrWas(isPlaced)} and ${isChanged(PLACE, 'is distinct from')})
    execute function count_deployment_days()`,
    `create trigger deployment_days_of_gone after delete on deployments
    for each row when (${isPlaced('old')}) execute function count_deployment_days()`,
    `create function count_emergency_deployments() returns trigger language plpgsql as $$ begin
      ${changeKind}
      return null;
    end $$`,
    `create trigger deployment_days_of_kind after update of kind on releases
    for each row when (${KIND_CHANGED}) execute function count_emergency_deployments()`,
    `create function look_at_harmed_deployments() returns trigger language plpgsql as $$ begin
      if tg_op <> 'INSERT' then ${lookAgain(deploymentsOf('old'))} end if;
      if tg_op <> 'DELETE' then ${lookAgain(deploymentsOf('new'))} end if;
      return null;
    end $$`,
    `create trigger failed_deployments_of_new_harm after insert on defects
    for each row when (${isHarm('new')}) execute function look_at_harmed_deployments()`,
    `create trigger failed_deployments_of_harm after update of ${HARM.join(', ')} on defects
    for each row when (${isOrWas(isHarm)} and ${isChanged(HARM, 'is distinct from')})
    execute function look_at_harmed_deployments()`,
    `create trigger failed_deployments_of_gone_harm after delete on defects
    for each row when (${isHarm('old')}) execute function look_at_harmed_deployments()`,
  ],
}

/** What there is already. The triggers count the failed ones as they are written. */
export const fill: readonly string[] = [
  `insert into deployment_days (${COLUMNS}) with placed (${COLUMNS}) as (
    select ${placedOn('d', '')} from deployments d where ${isPlaced('d')})
  select environment_id, day, service_id, sum(deployments), sum(rollbacks), sum(emergencies), 0
  from placed group by environment_id, day, service_id`,
  `insert into failed_deployments (deployment_id, environment_id, service_id, at)
    select deployment_id, environment_id, service_id, at from failing_deployments`,
]
