import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { buildSync } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')

/**
 * Makes one file of a program of the tests and what it uses of the sources: as those it takes many times as long to start.
 * @param folder of the run; what is compiled goes with it
 * @returns the path of the file, for Node
 */
export function compileProgram(source: string, folder: string): string {
  const home = join(folder, `programs-${process.pid}`)
  const outfile = join(home, `${basename(source, '.ts')}.mjs`)
  if (existsSync(outfile)) return outfile
  mkdirSync(home, { recursive: true })
  if (!existsSync(join(home, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  buildSync({ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  return outfile
}
