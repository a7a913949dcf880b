import { deployed, type HistoryPages, iso, seen } from './history-pages.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** Two services over fifty days, in production, staging and no environment; some fixed, some given up. */
export async function tellHistory(pages: HistoryPages): Promise<void> {
  const now = pages.deps.clock()
  await pages.tell(
    'deployments',
    ...Array.from({ length: 16 }, (_, i) =>
      deployed(`1.${i % 8 === 5 ? i - 1 : i}.0`, now - (49 - 3 * i) * DAY, {
        id: `run-${i}`,
        status: i % 7 === 3 ? 'failed' : 'succeeded',
      }),
    ),
    deployed('7.0.0', now - 3 * DAY, { service: 'search' }),
    deployed('7.1.0', now - 2 * DAY, { service: 'search', environment: 'staging', tier: 'staging' }),
    deployed('7.1.0', now - DAY, { service: 'search', environment: 'production', action: 'remove', id: 'gone' }),
  )
  const told = Array.from({ length: 42 }, (_, i) => {
    const at = now - ((i * 17) % 48) * DAY - (i % 5) * HOUR
    const environment = i % 6 === 0 ? undefined : i % 6 === 1 ? 'staging' : 'production'
    return {
      ...seen(`Fault ${i}`, at, {
        ...{ id: `f${i}`, severity: `S${1 + (i % 4)}`, environment },
        ...(i % 9 === 0 ? { service: 'search' } : {}),
        ...(i % 3 === 0 ? { introducedIn: `1.${(i % 10) * 2}.0`, service: 'checkout-api' } : {}),
      }),
      at,
      state: i % 4 === 2 ? 'fixed' : i % 8 === 3 ? 'wont-fix' : undefined,
    }
  })
  await pages.tell('defects', ...told.map(({ at: _, state: __, ...item }) => item))
  await pages.tell(
    'defects',
    ...told.flatMap(({ at, state, occurredAt: _, ...item }) =>
      state && at < now - 4 * DAY ? { ...item, status: state, resolvedAt: iso(at + 3 * DAY) } : [],
    ),
  )
}
