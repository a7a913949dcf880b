import { onTestFinished } from 'vitest'
import type { StoreOptions } from '../../src/store/database.ts'
import { type LaunchedServer, type LaunchOptions, launchServer } from './server-process.ts'

/** The server in a process of its own, which is gone when the test ends. */
export function launchForTest(place: StoreOptions, options: Partial<LaunchOptions> = {}): LaunchedServer {
  const server = launchServer({ dataDir: place.dataDir, databaseUrl: place.databaseUrl, ...options })
  onTestFinished(async () => {
    server.process.kill('SIGKILL')
    await server.ended
  })
  return server
}
