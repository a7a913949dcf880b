import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import type { Random } from '../../src/simulation/random.ts'

/** A line of the record that disk-recorder.c writes; `A` is ours: delivery `number` was acknowledged. */
export interface Recorded {
  readonly kind: 'W' | 'T' | 'B' | 'S' | 'U' | 'A'
  readonly name: string
  readonly number: number
  readonly data: Uint8Array
}

const HEAD = 17

export function readRecord(file: string): Recorded[] {
  const bytes = readFileSync(file)
  const records: Recorded[] = []
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + HEAD + bytes.readUInt32LE(at + 1)
    const end = nameEnd + bytes.readUInt32LE(at + 5)
    records.push({
      kind: String.fromCharCode(bytes[at] ?? 0) as Recorded['kind'],
      name: bytes.toString('utf8', at + HEAD, nameEnd),
      number: Number(bytes.readBigUInt64LE(at + 9)),
      data: bytes.subarray(nameEnd, end),
    })
    at = end
  }
  return records
}

/** The same as a record, for a client to append what it saw: after everything that led to it, never before. */
export function acknowledgedRecord(number: number): Uint8Array {
  const bytes = Buffer.alloc(HEAD)
  bytes.write('A')
  bytes.writeBigUInt64LE(BigInt(number), 9)
  return bytes
}

/**
 * What of the writes not yet synced is on disk after the cut: nothing, all, any of them, or the first few with the last
 * one torn at a sector. Disks and file systems may do any of these.
 */
export const CUTS = ['nothing', 'everything', 'some', 'torn'] as const
export type Cut = (typeof CUTS)[number]

const SECTOR = 512

type Change = Pick<Recorded, 'kind' | 'number' | 'data'>

/** A file as a disk sees it: what surely is on it, and what was written since. */
class DiskFile {
  #bytes: Buffer
  #size: number
  #changes: Change[] = []
  /** How many changes each sync under way covers. */
  readonly #covered = new Map<number, number>()

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#size = bytes.length
  }

  record({ kind, number, data }: Recorded): void {
    if (kind === 'W' || kind === 'T') this.#changes.push({ kind, number, data })
    else if (kind === 'B') this.#covered.set(number, this.#changes.length)
    else if (kind === 'S') {
      const covered = this.#covered.get(number) ?? 0
      for (const change of this.#changes.splice(0, covered)) this.#apply(change)
      for (const [ticket, count] of this.#covered) this.#covered.set(ticket, Math.max(0, count - covered))
      this.#covered.delete(number)
    } else throw new Error(`what a power cut does to "${kind}" is not known`)
  }

  /** Writes the file as it could be found after the cut. */
  writeImage(to: string, cut: Cut, random: Random): void {
    writeFileSync(to, this.#bytes.subarray(0, this.#size))
    const file = openSync(to, 'r+')
    for (const change of this.#survivors(cut, random)) {
      if (change.kind === 'T') ftruncateSync(file, change.number)
      else writeSync(file, change.data, 0, change.data.length, change.number)
    }
    closeSync(file)
  }

  #survivors(cut: Cut, random: Random): readonly Change[] {
    switch (cut) {
      case 'nothing':
        return []
      case 'everything':
        return this.#changes
      case 'some':
        return this.#changes.filter(() => random.uniform() < 0.5)
      case 'torn': {
        const whole = random.whole(0, this.#changes.length)
        const torn = this.#changes[whole]
        const survivors = this.#changes.slice(0, whole)
        if (torn) {
          const sectors = Math.floor((torn.data.length * random.uniform()) / SECTOR)
          survivors.push({ ...torn, data: torn.data.subarray(0, sectors * SECTOR) })
        }
        return survivors
      }
    }
  }

  #apply({ kind, number, data }: Change): void {
    const end = kind === 'T' ? number : number + data.length
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    if (kind === 'T') {
      if (number > this.#size) this.#bytes.fill(0, this.#size, number)
      this.#size = number
    } else {
      if (number > this.#size) this.#bytes.fill(0, this.#size, number)
      this.#bytes.set(data, number)
      this.#size = Math.max(this.#size, end)
    }
  }
}

/** Goes through a record and shows the disk as it could be found after a cut at any point of it. */
export class RecordedDisk {
  /** Deliveries acknowledged before the point reached. */
  readonly acknowledged: number[] = []
  readonly #records: readonly Recorded[]
  readonly #files = new Map<string, DiskFile>()
  #reached = 0

  /** @param initial what was in the files before the record begins */
  constructor(records: readonly Recorded[], initial: ReadonlyMap<string, Buffer>) {
    this.#records = records
    for (const [name, bytes] of initial) this.#files.set(name, new DiskFile(bytes))
  }

  goTo(point: number): void {
    for (; this.#reached < point; this.#reached++) {
      const recorded = this.#records[this.#reached] as Recorded
      if (recorded.kind === 'A') this.acknowledged.push(recorded.number)
      else this.#file(recorded.name).record(recorded)
    }
  }

  /** @param toFile where the image of each recorded file belongs */
  writeImage(toFile: (name: string) => string, cut: Cut, random: Random): void {
    for (const [name, file] of this.#files) {
      rmSync(toFile(name), { force: true })
      file.writeImage(toFile(name), cut, random)
    }
  }

  #file(name: string): DiskFile {
    let file = this.#files.get(name)
    if (!file) {
      file = new DiskFile(Buffer.alloc(0))
      this.#files.set(name, file)
    }
    return file
  }
}
