import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/**
 * Compiles the server as the sources are now, unless another file of this run has: from them it takes several times as
 * long to start, and tests start it a hundred times. Types are checked elsewhere.
 * @param folder of the run; what is compiled goes with it
 * @returns the path of its main file
 */
export function compileServer(folder: string): string {
  const home = join(folder, 'server')
  if (!existsSync(home)) moveInto(home, compileInto(`${home}-${process.pid}`))
  return join(home, 'dist/src/main.js')
}

/** Laid out as it is shipped, beside what it needs. */
function compileInto(home: string): string {
  mkdirSync(home)
  copyFileSync(join(root, 'package.json'), join(home, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'tsconfig.build.json')
  const dist = join(home, 'dist')
  const words = ['-p', project, '--noCheck', '--incremental', 'false', '--sourceMap', 'false', '--outDir', dist]
  const { error, status, stdout } = spawnSync(process.execPath, [compiler, ...words], { encoding: 'utf8' })
  if (error || status !== 0) throw new Error(`the server could not be compiled:\n${error?.message ?? stdout}`)
  symlinkSync(join(root, 'dist/static'), join(dist, 'static'))
  return home
}

/** Whoever is first: what the others compiled is the same. */
function moveInto(home: string, made: string): void {
  try {
    renameSync(made, home)
  } catch (error) {
    if (!existsSync(home)) throw error
    rmSync(made, { recursive: true })
  }
}
