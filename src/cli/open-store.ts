import { type Config, readConfig } from '../config.ts'
import { openStore, type Store } from '../store/database.ts'
import { say, type Terminal } from './terminal.ts'

/**
 * Does `work` on the configured store and closes it. A running server does not mind: both take turns at writing.
 * @throws BadConfig, StoreRefused
 */
export async function withStore<T>(terminal: Terminal, work: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(terminal.env)
  const { dataDir, databaseUrl, allowNetworkFileSystem } = config
  const tell = (message: string) => say(terminal, message)
  const store = await openStore({
    dataDir,
    databaseUrl,
    exclusive: false,
    writerThread: false,
    allowNetworkFileSystem,
    log: { info: tell, warn: tell },
  })
  try {
    return await work(store, config)
  } finally {
    await store.close()
  }
}
