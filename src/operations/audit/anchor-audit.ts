import type { Logger } from 'pino'
import { NO_ENTRY } from '../../core/audit/chain.ts'
import { findAuditHash, getAuditHead } from '../../store/audit/audit-entries.ts'
import type { Store } from '../../store/database.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { AnchorBroken, readAnchor, writeAnchor } from './audit-anchor.ts'

const EVERY_MS = 60_000
/** The log of the server is a second place that whoever changes the database may not reach. */
const TOLD_EVERY_MS = 3_600_000

interface Parts {
  readonly store: Pick<Store, 'reader'>
  readonly dataDir: string
  readonly secretBox: SecretBox
  readonly log: Logger
  readonly clock: () => number
}

/**
 * Notes the newest entry of the audit log outside of the database, once a minute when there is a new one. What was noted
 * is looked for first: a log that does not hold it any more is said to be broken, and the note stays.
 */
export class AuditAnchoring {
  readonly #parts: Parts
  readonly #job: RepeatingJob
  #isStart = true
  #toldAt = Number.NEGATIVE_INFINITY
  #isBroken = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: 'noting the newest entry of the audit log',
      everyMs: EVERY_MS,
      log: parts.log,
      turn: async () => {
        // A start writes nothing that can wait.
        await this.#look(this.#isStart ? 'only look' : 'and note')
        this.#isStart = false
      },
    })
  }

  start(): void {
    this.#job.start()
  }

  /** Also notes what came last. */
  async stop(): Promise<void> {
    await this.#job.stop()
    await this.note()
  }

  /** Never throws: whatever is wrong is logged. */
  note(): Promise<void> {
    return this.#look('and note')
  }

  async #look(how: 'only look' | 'and note'): Promise<void> {
    const { store, dataDir, secretBox, log, clock } = this.#parts
    try {
      const noted = readAnchor(dataDir, secretBox)
      const head = await getAuditHead(store.reader)
      if (noted && noted.number > 0 && (await findAuditHash(store.reader, noted.number)) !== noted.hash) {
        this.#sayBroken('the audit log does not hold what was noted of it')
        return
      }
      if (how === 'only look' || head.number === (noted?.number ?? NO_ENTRY.number)) return
      const now = clock()
      await writeAnchor(dataDir, secretBox, { ...head, at: now })
      this.#isBroken = false
      if (now - this.#toldAt < TOLD_EVERY_MS) return
      this.#toldAt = now
      log.info({ entry: head.number, hash: head.hash }, 'newest entry of the audit log')
    } catch (error) {
      if (error instanceof AnchorBroken) this.#sayBroken(error.message)
      else log.warn({ err: error }, 'the newest entry of the audit log could not be noted')
    }
  }

  #sayBroken(what: string): void {
    if (!this.#isBroken) this.#parts.log.error(`${what}. Run: postflight audit verify`)
    this.#isBroken = true
  }
}
