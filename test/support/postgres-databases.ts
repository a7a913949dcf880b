import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { withDatabase } from './postgres-cluster.ts'

/** A server, and the migrated database on it that is copied. */
export interface TestPostgres {
  readonly url: string
  readonly template: string
  /** The end of a `create database`: how it copies. */
  readonly strategy: string
  readonly emptying: Emptying
}

/** How a database is emptied, and what it then looks like; the same for all copies of one. */
interface Emptying {
  /** Statements to be run once by a connection that empties; among them `prepare`. */
  readonly preparation: string
  readonly statements: string
  readonly shape: string
}

export interface LentDatabase {
  readonly url: string
  /** Whoever is still connected is cut off. */
  giveBack(): Promise<void>
}

interface Kept {
  readonly url: string
  /** Stays connected; only emptying speaks through it. */
  readonly client: pg.Client
  isPrepared?: boolean
}

/**
 * Those that nobody has, as they were made. To empty one takes a tenth of what it takes to make and drop one, which was
 * most of what a test on PostgreSQL took.
 */
const free: Kept[] = []

/** A migrated database in which nothing is stored and nothing was. */
export async function lendDatabase(server: TestPostgres): Promise<LentDatabase> {
  const kept = free.pop() ?? (await makeDatabase(server))
  return {
    url: kept.url,
    async giveBack() {
      if (await isAsMade(kept, server.emptying)) free.push(kept)
      else await dropDatabase(server, kept)
    },
  }
}

/** Copies `template` under a name of its own; the caller drops it. */
export async function copyDatabase({ url, strategy }: TestPostgres, template: string): Promise<string> {
  const database = `postflight_${randomBytes(8).toString('hex')}`
  await (await admin(url)).query(`create database ${database} template ${template} ${strategy}`)
  return withDatabase(url, database)
}

export async function removeDatabase({ url }: TestPostgres, databaseUrl: string): Promise<void> {
  await (await admin(url)).query(`drop database ${new URL(databaseUrl).pathname.slice(1)} with (force)`)
}

async function makeDatabase(server: TestPostgres): Promise<Kept> {
  const url = await copyDatabase(server, server.template)
  return { url, client: await connect(url) }
}

async function dropDatabase(server: TestPostgres, { url, client }: Kept): Promise<void> {
  await client.end().catch(() => {})
  await removeDatabase(server, url)
}

/** Looks at a database that nobody has used how its copies are emptied. */
export async function learnToEmpty(client: pg.Client): Promise<Emptying> {
  const list = async (query: string) => (await client.query<{ word: string }>(query)).rows.map(({ word }) => word)
  // Without triggers: some refuse what nobody but a test may do.
  const preparation = ['set session_replication_role = replica']
  const statements: string[] = []
  const run = (name: string, statement: string) => {
    preparation.push(`prepare ${name} as ${statement}`)
    statements.push(`execute ${name}`)
  }
  const tables = await list(`select oid::regclass::text as word from pg_class where ${OURS}`)
  const seeded = await list(
    tables.map((table) => `select '${table}' as word where exists (select from ${table})`).join(' union all '),
  )
  for (const table of tables.filter((one) => !seeded.includes(one))) run(`empty_${table}`, `delete from ${table}`)
  for (const table of seeded) {
    const rows = `(select json_agg(t order by t::text)::text from ${table} t)`
    const [written = ''] = await list(`select ${rows} as word`)
    // Only when they are others: what is written again each time would grow.
    const changed = `${rows} is distinct from ${literal(written)}`
    statements.push(`do $do$ begin if ${changed} then
      delete from ${table};
      insert into ${table} select * from json_populate_recordset(null::${table}, ${literal(written)});
    end if; end $do$`)
  }
  const counters = await list(`select format('setval(%L, %s, %L)', sequencename, coalesce(last_value, start_value),
    last_value is not null) as word from pg_sequences where schemaname = 'public'`)
  statements.push(`select ${counters.join(', ')}`)
  const [shape = ''] = await list(SHAPE)
  return { preparation: preparation.join(';'), statements: ['begin', ...statements, 'commit'].join(';'), shape }
}

const OURS = `relkind = 'r' and relnamespace = 'public'::regnamespace`

/**
 * Changes with the schema; and with what the planner goes by, which is a table's size once it has more than ten pages and
 * what was counted in it.
 */
const SHAPE = `select concat_ws(' ',
  ${Object.entries({
    class: 'oid',
    attribute: 'attrelid',
    attrdef: 'oid',
    constraint: 'oid',
    index: 'indexrelid',
    trigger: 'oid',
    proc: 'oid',
    type: 'oid',
    rewrite: 'oid',
    namespace: 'oid',
    extension: 'oid',
    db_role_setting: 'setdatabase',
  })
    .map(
      ([catalog, id]) =>
        `(select concat(count(*), ':', max(xmin::text::bigint)) from pg_${catalog} where ${id} >= 16384)`,
    )
    .join(', ')},
  (select string_agg(reltuples::text, ',' order by oid) from pg_class where ${OURS}),
  (select count(*) from pg_class where ${OURS} and pg_relation_size(oid) > 10 * 8192)
) as word`

/** Empties it; false when that is not enough to make it what it was, or cannot be done. */
async function isAsMade(kept: Kept, { preparation, statements, shape }: Emptying): Promise<boolean> {
  const { client } = kept
  try {
    await cutOffOthers(client)
    if (!kept.isPrepared) await client.query(preparation)
    kept.isPrepared = true
    await client.query(statements)
    const { rows } = await client.query<{ word: string }>(SHAPE)
    return rows[0]?.word === shape
  } catch {
    // A table it knows is gone, or its connection; or the server is not ours and does not let us.
    return false
  }
}

async function cutOffOthers(client: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    if (rowCount === 0) return
  }
}

let admins: Promise<pg.Client> | undefined

/** The connection that makes and drops databases: one for the process. */
function admin(url: string): Promise<pg.Client> {
  admins ??= connect(url)
  return admins
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // A test may cut it off, or the server ends first; whoever uses it next hears of it.
  client.on('error', () => {})
  await client.connect()
  // Nobody ends it, and nobody should wait for that.
  ;(client as unknown as { unref(): void }).unref()
  return client
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
