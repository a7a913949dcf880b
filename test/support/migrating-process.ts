import { createInterface } from 'node:readline'
import type { StoreOptions } from '../../src/store/database.ts'
import { upgrade } from './migrations.ts'
import { slowMigrations } from './slow-migrations.ts'

/** Migrates the place in its argument. Before each row it says so on standard output and waits for a line to go on. */
const place = JSON.parse(process.argv[2] ?? '') as StoreOptions
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const pause = async () => {
  process.stdout.write('row\n')
  await lines.next()
}

const log = { info: () => void process.stdout.write('log\n'), warn: () => {} }
await upgrade({ ...place, exclusive: true, log }, slowMigrations(pause))
process.exit(0)
