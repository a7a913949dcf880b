import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import workerThreads, { type WorkerOptions } from 'node:worker_threads'
import { inject } from 'vitest'
import { compileProgram } from './compiled-program.ts'

/**
 * Threads of the sources run compiled: each would load a compiler and compile all that it uses by itself, which takes
 * seconds, and every server that a test starts has one. Setting up a file does this once in a process, which runs many.
 */
const ENTRY = /\/src\/.*-thread\.mjs$/

class CompiledWorker extends workerThreads.Worker {
  constructor(file: string | URL, options?: WorkerOptions) {
    super(compiledOf(file), options)
  }
}

if (workerThreads.Worker.name !== CompiledWorker.name) {
  workerThreads.Worker = CompiledWorker
  syncBuiltinESMExports()
}

function compiledOf(file: string | URL): string | URL {
  if (!(file instanceof URL && ENTRY.test(file.pathname))) return file
  const source = fileURLToPath(file).replace('-thread.mjs', '-worker.ts')
  return compileProgram(source, inject('runFolder'))
}
