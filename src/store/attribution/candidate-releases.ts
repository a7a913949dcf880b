import type { CandidateRelease } from '../../core/attribution/facts.ts'
import type { DefectEvidence } from '../../core/defect/defect-evidence.ts'
import type { Db } from '../database.ts'
import {
  countReleaseCommits,
  listReleaseFiles,
  listReleaseMentions,
  listReleaseShas,
  type ReleaseMentions,
} from '../releases/release-evidence.ts'

interface PlainRelease {
  readonly id: number
  readonly version: string
  readonly order: string
  readonly firstDeployedAt: number
  readonly commitCount: number | undefined
}

type Lists = Map<number, readonly string[]>

/** What attribution asks about releases, for one defect after the other; each is read once. */
export class CandidateReleases {
  readonly #db: Db
  readonly #plain = new Map<number, PlainRelease>()
  readonly #files: Lists = new Map()
  readonly #shas: Lists = new Map()
  /** By all that were asked for together: how many messages are read is bounded over them. */
  #mentions: { readonly key: string; readonly of: ReadonlyMap<number, ReleaseMentions> } | undefined
  #expected: number[] = []

  constructor(db: Db) {
    this.#db = db
  }

  /** These will be asked for: they are read with the next that are. */
  expect(ids: readonly number[]): void {
    this.#expected.push(...ids)
  }

  /** In the order of the service; what is asked of them depends on what the defect has to compare it with. */
  async list(ids: readonly number[], { files, components, links }: DefectEvidence): Promise<CandidateRelease[]> {
    await this.#readPlain(ids)
    const namesFiles = files.length > 0 || components.length > 0
    const filesOf = namesFiles ? await this.#readMissing(this.#files, ids, listReleaseFiles) : undefined
    const namesLinks = links.length > 0
    const commitsOf = namesLinks ? await this.#readMissing(this.#shas, ids, listReleaseShas) : undefined
    const mentionsOf = namesLinks ? await this.#mentionsOf(ids) : undefined
    return ids
      .flatMap((id) => this.#plain.get(id) ?? [])
      .sort(inOrder)
      .map((release) => ({
        ...release,
        commits: commitsOf?.get(release.id) ?? [],
        files: filesOf?.get(release.id) ?? [],
        references: mentionsOf?.get(release.id)?.references ?? [],
      }))
  }

  async #readPlain(ids: readonly number[]): Promise<void> {
    if (ids.every((id) => this.#plain.has(id))) return
    const unread = [...new Set([...ids, ...this.#expected])].filter((id) => !this.#plain.has(id))
    this.#expected = []
    const rows = await this.#db
      .selectFrom('releases')
      .select(['id', 'version', 'order_key', 'first_deployed_at', 'first_known_at'])
      .where('id', 'in', unread)
      .execute()
    const counts = await countReleaseCommits(this.#db, unread)
    for (const row of rows)
      this.#plain.set(row.id, {
        id: row.id,
        version: row.version,
        order: row.order_key,
        firstDeployedAt: row.first_deployed_at ?? row.first_known_at,
        commitCount: counts.get(row.id),
      })
  }

  async #readMissing(held: Lists, ids: readonly number[], read: typeof listReleaseFiles): Promise<Lists> {
    const missing = ids.filter((id) => !held.has(id))
    if (missing.length > 0) for (const [id, values] of await read(this.#db, missing)) held.set(id, values)
    return held
  }

  async #mentionsOf(ids: readonly number[]): Promise<ReadonlyMap<number, ReleaseMentions>> {
    const key = [...ids].sort((a, b) => a - b).join()
    if (this.#mentions?.key !== key) this.#mentions = { key, of: await listReleaseMentions(this.#db, ids) }
    return this.#mentions.of
  }
}

/** Sums run in this order: whoever was heard first, they come to the same digits. */
const inOrder = (a: PlainRelease, b: PlainRelease): number =>
  a.order < b.order ? -1 : a.order > b.order ? 1 : a.version < b.version ? -1 : 1
