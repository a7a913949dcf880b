import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

const globalSetup = ['test/support/databases.ts']
const setupFiles = ['loopback-only', 'compiled-threads', 'finish-file'].map((name) => `test/support/${name}.ts`)

/** Tests that run on each engine, or on PostgreSQL alone, ask test/support/stores.ts for them. */
const filesOfEngines = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.test\.tsx?$/.test(file))
  .map((file) => `test/${file}`)
  .filter((file) => /describeOnEachEngine|engines\(\)/.test(readFileSync(file, 'utf8')))

const withoutBrowser = {
  globalSetup,
  setupFiles: [...setupFiles, 'test/support/quiet-console.ts'],
  // Files share what they have loaded; what a file sets up it takes down itself (test/support/file-end.ts).
  isolate: false,
  // Left alone, one processor is kept free, which on a small machine is half of it.
  maxWorkers: '100%',
  // For the slowest machine, with everything else that it does.
  testTimeout: 180_000,
  hookTimeout: 180_000,
}

export default defineConfig({
  // Vite reads the JSX settings only from a tsconfig that includes the file; said here it holds for all of them.
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    // Nobody waits for it where all is well: what is waited for ends the waiting.
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { ...withoutBrowser, name: 'unit', include: ['test/**/*.test.{ts,tsx}'], exclude: ['test/browser/**'] },
      },
      {
        extends: true,
        // Of these files those tests that have it in their names: see `test:postgres` in package.json.
        test: { ...withoutBrowser, name: 'postgres', include: filesOfEngines },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.{ts,tsx}'],
          globalSetup,
          setupFiles,
          // Files share what they have loaded, and the Chromium that was launched.
          isolate: false,
          // Most of the time of most files one waits for the other, browser or server: two at a time fill two processors.
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
