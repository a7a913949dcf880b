import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { startServer } from '../../src/serve.ts'
import { type Example, GITHUB_EDITIONS, githubExamples } from './example.ts'
import { type PassedOver, readFolder } from './folder.ts'
import { type Tried, tryExamples } from './try-examples.ts'

/**
 * npm run examples -- [folder of payloads]
 * Delivers GitHub's own examples, and those of a folder (see folder.ts), to a server of its own on loopback and prints
 * what became of them as Markdown; ends with 1 when one was not taken, was ignored without a reason, is unreadable
 * without a path, or when anything was logged as an error.
 */
const [folder] = process.argv.slice(2)
const collections: [string, { examples: Example[]; passedOver: PassedOver[] }][] = [
  ['@octokit/webhooks-examples', { examples: GITHUB_EDITIONS.flatMap(githubExamples), passedOver: [] }],
  ...(folder === undefined ? [] : [[folder, readFolder(folder)] as [string, ReturnType<typeof readFolder>]]),
]

const logged: string[] = []
let findings = 0
for (const [name, { examples, passedOver }] of collections) {
  const tried = await onAServer((server) => tryExamples(server, examples))
  const found = tried.filter((one) => one.findings.length > 0)
  findings += found.length
  console.log(`# ${name}\n\n${table(tried)}\n`)
  for (const { example, made } of tried)
    if (made.kind === 'unreadable') console.log(`- unreadable: ${example.name}: ${problemsOf(made)}`)
  for (const one of found) console.log(`- FINDING: ${one.example.name}: ${one.findings.join('; ')}`)
  for (const [why, names] of groupsOf(passedOver, (one) => one.why))
    console.log(`- passed over: ${names.length === 1 ? names[0]?.name : `${names.length} files`}: ${why}`)
  console.log('')
}
for (const line of logged) console.log(`- FINDING: logged ${line.trim()}`)
process.exitCode = findings + logged.length === 0 ? 0 : 1

async function onAServer<T>(work: (server: Awaited<ReturnType<typeof startServer>>) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'postflight-examples-'))
  const server = await startServer(readConfig({ DATA_DIR: dataDir, PORT: '0' }), {
    log: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
    onBroken: (error) => void logged.push(`the storage failed: ${String(error)}`),
  })
  // The processing thread alone does not keep Node waiting for what it is asked.
  const waiting = setInterval(() => {}, 60_000)
  try {
    return await work(server)
  } finally {
    await server.stop()
    clearInterval(waiting)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function table(tried: readonly Tried[]): string {
  const rows = groupsOf(tried, ({ example }) => example.kind).map(([kind, of]) => [
    kind,
    of.length,
    ...(['events', 'ignored', 'unreadable'] as const).map((as) => of.filter(({ made }) => made.kind === as).length),
    of.flatMap(({ made }) => (made.kind === 'events' ? made.events : [])).length,
    of.filter(({ findings }) => findings.length > 0).length,
  ])
  return [
    ['source', 'examples', 'processed', 'ignored', 'unreadable', 'events', 'findings'],
    ['---', '--:', '--:', '--:', '--:', '--:', '--:'],
    ...rows,
  ]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function problemsOf({ problems }: Extract<Tried['made'], { kind: 'unreadable' }>): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => (path ? `${path} ${message}` : message))
    .join('; ')
}

function groupsOf<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const names = [...new Set(items.map(nameOf))]
  return names.map((name) => [name, items.filter((item) => nameOf(item) === name)])
}
