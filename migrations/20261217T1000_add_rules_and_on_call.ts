import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * Rules with what they did, the defects that are to be held against them (kept by triggers with the defects themselves,
 * whoever changes these), the places where a rule may fire a rollback, and who is on call. A few rules come with it.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [...tables(words), ...triggers[words.engine], ...shipped])
    await sql.raw(statement).execute(db)
}

const tables = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `create table rules (
    id ${identity},
    name ${text} not null,
    is_on ${integer} not null,
    definition_json ${text} not null,
    watches_since ${integer} not null,
    muted_until ${integer},
    muted_name ${text},
    saved_at ${integer} not null,
    saved_name ${text} not null,
    removed_at ${integer}
  ) ${tableEnd}`,

  `create table rule_firings (
    id ${identity},
    rule_id ${integer} not null references rules (id),
    subject ${text} not null,
    outcome ${text} not null,
    at ${integer} not null,
    happened_at ${integer} not null,
    service_id ${integer},
    environment_id ${integer},
    release_id ${integer},
    defect_id ${integer},
    emergency_id ${integer},
    rolled_back ${integer} not null,
    what ${text} not null,
    reasons_json ${text} not null,
    done_json ${text} not null
  ) ${tableEnd}`,
  'create unique index rule_firings_once on rule_firings (rule_id, subject)',
  'create index rule_firings_by_rule on rule_firings (rule_id, at, id)',
  'create index rule_firings_by_service on rule_firings (service_id, at)',

  `create table rule_checks (
    defect_id ${integer} primary key not null
  ) ${tableEnd}`,

  `create table rule_rollbacks (
    service_id ${integer} not null references services (id),
    environment_id ${integer} not null references environments (id),
    most_a_day ${integer} not null,
    set_name ${text} not null,
    set_at ${integer} not null,
    primary key (service_id, environment_id)
  ) ${tableEnd}`,

  `create table on_call_schedules (
    id ${identity},
    service_id ${integer} references services (id),
    kind ${text} not null,
    settings_json ${text} not null,
    sealed_address ${text},
    shifts_json ${text} not null,
    read_at ${integer},
    tried_at ${integer},
    due_at ${integer},
    trouble ${text},
    saved_at ${integer} not null,
    saved_name ${text} not null
  ) ${tableEnd}`,
  'create unique index on_call_schedules_one on on_call_schedules (coalesce(service_id, 0))',
]

/** What a rule looks at. Most changes of a defect are another sighting, which is none of these. */
const READ = [
  'severity',
  'open',
  'service_id',
  'environment_id',
  'attribution',
  'suspect_release_id',
  'suspect_probability',
  'generation',
  'first_seen_at',
]
const isOfInterest = `new.merged_into_id is null
  and (new.attribution in ('attributed', 'suspected', 'manual') or new.generation > 1)`
const isChanged = (differs: string): string =>
  READ.map((column) => `old.${column} ${differs} new.${column}`).join(' or ')
const note = 'insert into rule_checks (defect_id) values (new.id) on conflict (defect_id) do nothing;'

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger rule_checks_of_changed after update of ${READ.join(', ')} on defects
    when ${isOfInterest} and (${isChanged('is not')})
    begin ${note} end`,
  ],
  postgres: [
    `create function note_rule_check() returns trigger language plpgsql as $$ begin
      ${note}
      return null;
    end $$`,
    `create trigger rule_checks_of_changed after update of ${READ.join(', ')} on defects
    for each row when (${isOfInterest} and (${isChanged('is distinct from')})) execute function note_rule_check()`,
  ],
}

const GRAVE = '"severity":"S2","tiers":["production"],"services":[]'
const ONCE = '"caps":{"aDay":3,"oncePer":"release"}'

const SHIPPED: readonly (readonly [name: string, on: 0 | 1, definition: string])[] = [
  [
    'A new release breaks something grave',
    1,
    `{"trigger":{"kind":"attributed","probability":0.8},"conditions":{${GRAVE},"releaseAgeHours":24,"notTimeAlone":false},"actions":{"notify":true,"channels":[],"draft":false,"rollback":false},${ONCE}}`,
  ],
  [
    'A grave defect is back',
    1,
    `{"trigger":{"kind":"regressed"},"conditions":{${GRAVE},"notTimeAlone":false},"actions":{"notify":true,"channels":[],"draft":false,"rollback":false},"caps":{"aDay":3,"oncePer":"defect"}}`,
  ],
  [
    'Draft the way back',
    0,
    `{"trigger":{"kind":"attributed","probability":0.8},"conditions":{${GRAVE},"releaseAgeHours":24,"notTimeAlone":true},"actions":{"notify":true,"channels":[],"draft":true,"rollback":false},${ONCE}}`,
  ],
  [
    'A new release does worse than those before',
    0,
    `{"trigger":{"kind":"verdict","word":"suspect"},"conditions":{"tiers":["production"],"services":[],"releaseAgeHours":72,"notTimeAlone":false},"actions":{"notify":true,"channels":[],"draft":false,"rollback":false},${ONCE}}`,
  ],
]

const shipped = SHIPPED.map(
  ([name, on, definition]) =>
    `insert into rules (name, is_on, definition_json, watches_since, saved_at, saved_name)
    values ('${name}', ${on}, '${definition}', 0, 0, 'Postflight')`,
)
