import { appendFileSync, copyFileSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { Random } from '../../src/simulation/random.ts'
import { openStore, sqliteFile } from '../../src/store/database.ts'
import { compilePreload } from '../support/disk/preload.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { deliver, isAcknowledged } from '../support/senders.ts'
import { acknowledgedRecord, CUTS, type Recorded, RecordedDisk, readRecord } from './crash-images.ts'
import { CannotDrill, type Claim, type DrillReport, inMemory, killed, launch, placeIn, prepareIn } from './drill.ts'

const WITHOUT_SYNC = ['--import', new URL('../support/disk/unsynced-commits.mjs', import.meta.url).href]
const SENDERS = 8
const MOST_ROUNDS = 50
const SESSIONS = 200

export interface PowerCutOptions {
  /** A round; there are as many as it takes to a checkpoint, and one more. */
  readonly deliveries: number
  readonly images: number
  /** Of the images, on so many a server is started. */
  readonly boots: number
  readonly seed: number
}

interface Found {
  /** What was recorded: syncs, and writes to the database itself, which only checkpoints do. */
  readonly syncs: number
  readonly checkpointWrites: number
  readonly images: number
  readonly acknowledged: number
  /** Over all images. */
  readonly lost: number
  readonly imagesWithLoss: number
  readonly corrupt: readonly string[]
  readonly bootsGoneWrong: readonly string[]
}

/**
 * Power cuts: the disk of a server under load is recorded, and images of it as it could be found after a cut are made
 * from the record and opened. Then the same with a server whose commits are not synced, which must be seen to lose.
 */
export function drillPowerCut(options: PowerCutOptions): Promise<DrillReport> {
  return inMemory(async (folder) => {
    const library = compilePreload('disk-recorder', folder)
    if (!library) throw new CannotDrill('there is no C compiler here')
    const shipped = await cutAndLook(join(folder, 'shipped'), library, options, [])
    const images = Math.max(20, Math.round(options.images / 10))
    const unsynced = await cutAndLook(join(folder, 'unsynced'), library, { ...options, images, boots: 0 }, WITHOUT_SYNC)
    return {
      drill: 'power cut',
      times: shipped.images,
      acknowledged: shipped.acknowledged,
      lost: shipped.lost,
      claims: claims(shipped, unsynced, options.boots),
      measured: { shipped, unsynced },
    }
  })
}

const claims = (shipped: Found, unsynced: Found, boots: number): Claim[] => [
  {
    promise: 'every acknowledged delivery is in every image',
    seen: `${shipped.lost} lost in ${shipped.images} images of up to ${shipped.acknowledged} acknowledged`,
    kept: shipped.lost === 0 && shipped.acknowledged > 0,
  },
  {
    promise: 'the record has commits and a checkpoint in it',
    seen: `${shipped.syncs} syncs, ${shipped.checkpointWrites} pages written back`,
    kept: shipped.checkpointWrites > 0,
  },
  { promise: 'every image is whole', seen: `${shipped.corrupt.length} are not`, kept: shipped.corrupt.length === 0 },
  {
    promise: 'a server starts on an image and works off what is in it',
    seen: `${shipped.bootsGoneWrong.length} of ${boots} did not`,
    kept: shipped.bootsGoneWrong.length === 0,
  },
  {
    promise: 'the drill sees what unsynced commits lose',
    seen: `${unsynced.lost} lost in ${unsynced.imagesWithLoss} of ${unsynced.images} images, ${unsynced.corrupt.length} not whole`,
    kept: unsynced.lost > 0,
  },
]

async function cutAndLook(
  folder: string,
  library: string,
  options: PowerCutOptions,
  program: readonly string[],
): Promise<Found> {
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { recursive: true })
  const secret = await prepareIn(dataDir)
  const cookies = await prepareSessions(dataDir)
  // SQLite opens what links lead to.
  const file = sqliteFile(realpathSync(dataDir))
  const writtenAt = statSync(file).mtimeMs
  const initial = new Map([[file, readFileSync(file)]])
  const record = join(folder, 'record')
  const environment = { LD_PRELOAD: library, RECORDED_FILE: file, RECORD: record }
  const server = launch(dataDir, { environment, program })
  const base = await server.listening
  const reading = readPages(base, cookies)
  for (let round = 0, last = false; !last; round++) {
    // Only a checkpoint writes to the database itself.
    last = statSync(file).mtimeMs > writtenAt || round === MOST_ROUNDS
    await deliverAll(base, secret, round * options.deliveries, options.deliveries, record)
    await untilProcessed(file)
  }
  await reading.stop()
  await killed(server)
  return await look(readRecord(record), initial, join(folder, 'image'), join(dataDir, 'key'), options)
}

/** Each acknowledgement goes into the record as the sender hears of it. */
async function deliverAll(base: string, secret: string, from: number, count: number, record: string): Promise<void> {
  let next = from
  const sendOn = async () => {
    while (next < from + count) {
      const n = next++
      if (isAcknowledged(await deliver(base, secret, n))) appendFileSync(record, acknowledgedRecord(n))
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sendOn))
}

/** Of somebody last seen two minutes ago: the first page each of them opens writes a note, which is not synced. */
async function prepareSessions(dataDir: string): Promise<string[]> {
  const store = await openStore(placeIn(dataDir))
  const { id } = await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
  const cookies: string[] = []
  for (let i = 0; i < SESSIONS; i++)
    cookies.push(
      await store.transaction((trx) => beginSession(trx, id, { address: '127.0.0.1' }, Date.now() - 120_000)),
    )
  await store.close()
  return cookies.map((sessionId) => `sid=${sessionId}`)
}

function readPages(base: string, cookies: readonly string[]): { stop(): Promise<void> } {
  let stopped = false
  const reading = (async () => {
    for (const cookie of cookies) {
      if (stopped) return
      await fetch(`${base}/deliveries`, { headers: { cookie } }).then((page) => page.arrayBuffer())
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  return {
    async stop() {
      stopped = true
      await reading
    },
  }
}

async function untilProcessed(file: string): Promise<void> {
  const db = new Sqlite(file, { readonly: true })
  const waiting = db.prepare("select count(*) from deliveries where state = 'accepted'").pluck()
  while (waiting.get() !== 0) await new Promise((resolve) => setTimeout(resolve, 100))
  db.close()
}

async function look(
  records: readonly Recorded[],
  initial: ReadonlyMap<string, Buffer>,
  imageDir: string,
  key: string,
  { images, boots, seed }: PowerCutOptions,
): Promise<Found> {
  const random = new Random(seed).fork('power cut')
  const disk = new RecordedDisk(records, initial)
  const points = choosePoints(records, images, random)
  const bootEvery = boots > 0 ? Math.ceil(images / boots) : Number.POSITIVE_INFINITY
  const corrupt: string[] = []
  const bootsGoneWrong: string[] = []
  let lost = 0
  let imagesWithLoss = 0
  for (const [i, point] of points.entries()) {
    const cut = CUTS[i % CUTS.length] ?? 'nothing'
    disk.goTo(point)
    rmSync(imageDir, { recursive: true, force: true })
    mkdirSync(imageDir)
    disk.writeImage((name) => join(imageDir, basename(name)), cut, random)
    const found = inspect(sqliteFile(imageDir))
    if (found.integrity !== 'ok') corrupt.push(`${cut} at ${point}: ${found.integrity}`)
    const missing = disk.acknowledged.filter((n) => !found.kept.has(n)).length
    lost += missing
    if (missing > 0) imagesWithLoss++
    if (i % bootEvery !== bootEvery - 1) continue
    copyFileSync(key, join(imageDir, 'key'))
    const wrong = await boot(imageDir, disk.acknowledged)
    if (wrong) bootsGoneWrong.push(`${cut} at ${point}: ${wrong}`)
  }
  const syncs = records.filter(({ kind }) => kind === 'S').length
  const checkpointWrites = records.filter(({ kind, name }) => kind === 'W' && !name.endsWith('-wal')).length
  return {
    syncs,
    checkpointWrites,
    images,
    acknowledged: disk.acknowledged.length,
    lost,
    imagesWithLoss,
    corrupt,
    bootsGoneWrong,
  }
}

/** Anywhere, and one in four in or right after a checkpoint, which is short and touches every page. */
function choosePoints(records: readonly Recorded[], count: number, random: Random): number[] {
  const inCheckpoints = records.flatMap(({ kind, name }, i) => (kind === 'W' && !name.endsWith('-wal') ? [i] : []))
  const points = Array.from({ length: count }, (_, i) => {
    const near = i % 4 === 0 ? inCheckpoints[random.whole(0, inCheckpoints.length - 1)] : undefined
    return near === undefined ? random.whole(1, records.length) : Math.min(records.length, near + random.whole(1, 12))
  })
  return points.sort((a, b) => a - b)
}

function inspect(file: string): { integrity: string; kept: ReadonlySet<number> } {
  try {
    const db = new Sqlite(file)
    try {
      const integrity = String(db.pragma('integrity_check', { simple: true }))
      const keys = db.prepare('select delivery_key from deliveries').pluck().all() as string[]
      return { integrity, kept: new Set(keys.map((name) => Number(/\d+$/.exec(name)?.[0]))) }
    } finally {
      db.close()
    }
  } catch (error) {
    return { integrity: (error as Error).message, kept: new Set() }
  }
}

/** What went wrong, if anything did. */
async function boot(dataDir: string, acknowledged: readonly number[]): Promise<string | undefined> {
  const server = launch(dataDir)
  try {
    const base = await server.listening
    const ready = await fetch(`${base}/readyz`)
    if (ready.status !== 200) return await ready.text()
  } catch (error) {
    return (error as Error).message
  } finally {
    await killed(server)
  }
  const outcome = await readOutcome(placeIn(dataDir), acknowledged)
  return JSON.stringify(outcome) === JSON.stringify(nothingLost(outcome)) ? undefined : JSON.stringify(outcome)
}
