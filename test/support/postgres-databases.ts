import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { withDatabase } from './postgres-cluster.ts'

/** A server, and the migrated database on it that is copied. */
export interface TestPostgres {
  readonly url: string
  readonly template: string
  /** The end of a `create database`: how it copies. */
  readonly strategy: string
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
      if (await isAsMade(kept)) free.push(kept)
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
  const client = await connect(url)
  making ??= look(client)
  await making
  return { url, client }
}

async function dropDatabase(server: TestPostgres, { url, client }: Kept): Promise<void> {
  await client.end().catch(() => {})
  await removeDatabase(server, url)
}

let making: Promise<{ readonly emptying: string; readonly shape: string }> | undefined

/** What empties a database, and what it then looks like; the same in all copies. */
async function look(client: pg.Client) {
  const list = async (query: string) => (await client.query<{ word: string }>(query)).rows.map(({ word }) => word)
  const ours = (kind: string) => `from pg_class where relkind = '${kind}' and relnamespace = 'public'::regnamespace`
  const statements: string[] = []
  for (const table of await list(`select oid::regclass::text as word ${ours('r')}`)) {
    const rows = `(select json_agg(t order by t::text)::text from ${table} t)`
    const [seeded] = await list(`select ${rows} as word`)
    statements.push(
      seeded
        ? `if ${rows} is distinct from ${literal(seeded)} then
             delete from ${table};
             insert into ${table} select * from json_populate_recordset(null::${table}, ${literal(seeded)});
           end if`
        : `delete from ${table}`,
    )
  }
  for (const sequence of await list(`select oid::regclass::text as word ${ours('S')}`)) {
    const [arguments_] = await list(`select concat_ws(', ', last_value, is_called::text) as word from ${sequence}`)
    statements.push(`perform setval('${sequence}', ${arguments_})`)
  }
  // Without its triggers: some refuse what nobody but a test may do.
  const emptying = `begin; set local session_replication_role = replica;
    do $do$ begin ${statements.join(';\n')}; end $do$; commit`
  await client.query(emptying)
  const [shape = ''] = await list(SHAPE)
  return { emptying, shape }
}

/**
 * Changes with the schema; and with what the planner goes by, which is a table's size once it has more than ten pages and
 * what was counted in it.
 */
const SHAPE = `select concat_ws(' ',
  ${[
    'class',
    'attribute',
    'attrdef',
    'constraint',
    'index',
    'trigger',
    'proc',
    'type',
    'rewrite',
    'extension',
    'db_role_setting',
  ]
    .map((catalog) => `(select concat(count(*), ':', max(xmin::text::bigint)) from pg_${catalog})`)
    .join(', ')},
  (select count(*) from pg_namespace where nspname !~ '^pg_'),
  (select string_agg(reltuples::text, ',' order by oid)
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace),
  (select count(*) from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 10 * 8192)
) as word`

/** Empties it; false when that is not enough to make it what it was, or cannot be done. */
async function isAsMade({ client }: Kept): Promise<boolean> {
  const made = await making
  if (!made) return false
  try {
    await cutOffOthers(client)
    await client.query(made.emptying)
    const { rows } = await client.query<{ word: string }>(SHAPE)
    return rows[0]?.word === made.shape
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
