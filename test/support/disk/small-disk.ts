import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { LaunchedServer } from '../server-process.ts'

/** Above what readiness asks for. */
const ENOUGH = 48 * 1024 * 1024
/** In a mount namespace of its own, which needs no root and goes with the process. */
const NAMESPACE = ['--user', '--map-root-user', '--mount']

export const canMountSmallDisk = (): boolean =>
  spawnSync('unshare', [...NAMESPACE, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** A real file system, small enough to be filled, that one process has for itself. */
export class SmallDisk {
  /** Where it is, for that process alone. */
  readonly dataDir: string
  /** To be put before the command of the process; brings the database and the key of `from` onto the disk. */
  readonly within: readonly string[]

  constructor(from: string, bytes = ENOUGH) {
    this.dataDir = join(from, 'small-disk')
    mkdirSync(this.dataDir)
    const script = `mount -t tmpfs -o size=${bytes} tmpfs "$1" && cp "$0/postflight.db" "$0/key" "$1" && shift && exec "$@"`
    this.within = ['unshare', ...NAMESPACE, 'sh', '-c', script, from, this.dataDir]
  }

  /** Fills it up but for so many bytes. */
  async fill(server: LaunchedServer, leave: number): Promise<void> {
    const folder = this.#seenFromHere(server)
    for (;;) {
      const { bavail, bsize } = statfsSync(folder)
      const bytes = bavail * bsize - leave
      if (bytes <= 0) return
      // Not in this process, which may have a stopwatch running. It fails when the server took some of it meanwhile.
      const [code] = await once(spawn('fallocate', ['--length', String(bytes), join(folder, 'filler')]), 'exit')
      if (code === 0) return
    }
  }

  free(server: LaunchedServer): void {
    rmSync(join(this.#seenFromHere(server), 'filler'), { force: true })
  }

  /** Stops the process between two instructions, as a crash would, and copies what is on its disk. */
  copyAsAfterCrash(server: LaunchedServer, to: string): void {
    server.process.kill('SIGSTOP')
    while (!/^State:\tT/m.test(readFileSync(`/proc/${server.process.pid}/status`, 'utf8')));
    for (const name of ['postflight.db', 'postflight.db-wal', 'key']) {
      const file = join(this.#seenFromHere(server), name)
      if (existsSync(file)) copyFileSync(file, join(to, name))
    }
    server.process.kill('SIGKILL')
  }

  #seenFromHere(server: LaunchedServer): string {
    return `/proc/${server.process.pid}/root${this.dataDir}`
  }
}
