import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The libraries beside this file, which stand between a process and its disk. */
export type Preload = 'faulty-disk' | 'disk-recorder'

/**
 * Compiles one of them into `folder`.
 * @returns its path for LD_PRELOAD; undefined where there is no C compiler, or no LD_PRELOAD
 */
export function compilePreload(name: Preload, folder: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const source = join(import.meta.dirname, `${name}.c`)
  const library = join(folder, `${name}-${process.pid}.so`)
  const words = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-pthread', '-o', library, source, '-ldl']
  for (const compiler of ['gcc', 'cc', 'clang']) {
    const { error, status, stderr } = spawnSync(compiler, words, { encoding: 'utf8' })
    if (error) continue
    if (status !== 0) throw new Error(`${compiler} could not compile ${source}:\n${stderr}`)
    return library
  }
  return undefined
}
