import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The switches of faulty-disk.c: what goes wrong with the disk of a process started with `environment`. */
export class FaultyDisk {
  readonly environment: Readonly<Record<string, string>>
  readonly #folder: string

  /**
   * @param library as compilePreload gave it
   * @param under a folder for the switches to lie in
   */
  constructor(library: string, under: string) {
    this.#folder = mkdtempSync(join(under, 'faulty-disk-'))
    this.environment = { LD_PRELOAD: library, FAULTY_DISK: this.#folder }
  }

  /** No file can grow until `free`. */
  fill(): void {
    this.#switchOn('full')
  }

  free(): void {
    this.#switchOff('full')
  }

  /** No sync returns until `release`. */
  hang(): void {
    this.#switchOff('hanging')
    this.#switchOn('hang')
  }

  /** Whether a sync has begun that does not return. */
  get hanging(): boolean {
    return existsSync(join(this.#folder, 'hang')) && existsSync(join(this.#folder, 'hanging'))
  }

  release(): void {
    this.#switchOff('hang')
  }

  /** Every sync takes longer by so much; 0: as long as it takes. */
  slowDown(milliseconds: number): void {
    if (milliseconds > 0) this.#switchOn('slow', milliseconds)
    else this.#switchOff('slow')
  }

  /** The n-th sync from now on fails, and only that one. */
  failSync(n = 1): void {
    this.#switchOff('failed')
    this.#switchOn('fail-sync', n)
  }

  get failed(): boolean {
    return existsSync(join(this.#folder, 'failed'))
  }

  /** Renamed into place, so that nobody reads half a number. */
  #switchOn(name: string, value = 1): void {
    const file = join(this.#folder, name)
    writeFileSync(`${file}.new`, String(value))
    renameSync(`${file}.new`, file)
  }

  #switchOff(name: string): void {
    rmSync(join(this.#folder, name), { force: true })
  }
}
