import { SystemPage } from '../../../../views/admin/system-page.tsx'
import { AnchorBroken, readAnchor } from '../../../operations/audit/audit-anchor.ts'
import { findNewestBackup } from '../../../operations/backups.ts'
import { findLearningRecord } from '../../../operations/learning/learn-profiles.ts'
import { findPruningRecord } from '../../../operations/retention/pruning-record.ts'
import { findAuditHash, getAuditHead } from '../../../store/audit/audit-entries.ts'
import { listMigrations } from '../../../store/database.ts'
import { databaseBytes } from '../../../store/dialect.ts'
import { readInboxState } from '../../../store/inbox/inbox-state.ts'
import { version } from '../../../version.ts'
import type { Deps } from '../../deps.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { freeBytes, Readiness } from '../../server/readiness.ts'

/** How the server is doing, for admins. */
export function registerSystemRoutes(routes: Routes, deps: Deps): void {
  const readiness = new Readiness(deps)

  routes.get('/admin/system', { role: 'admin' }, async (c) => {
    const { store, config, secretBox, clock } = deps
    const [report, inbox, learned, pruned, audit] = await Promise.all([
      readiness.check(),
      readInboxState(store.reader),
      findLearningRecord(store),
      findPruningRecord(store.reader),
      auditState(deps),
    ])
    const now = clock()
    const memory = process.memoryUsage()
    return page(
      c,
      deps,
      { title: 'System', active: 'admin', crumbs: [{ text: 'Admin', href: '/admin' }, { text: 'System' }] },
      <SystemPage
        version={version}
        node={process.versions.node}
        platform={`${process.platform} ${process.arch}`}
        startedAt={now - Math.round(process.uptime() * 1000)}
        residentBytes={memory.rss}
        heapBytes={memory.heapUsed}
        engine={store.engine}
        databaseBytes={await databaseBytes(store.reader)}
        migrations={await listMigrations(store)}
        diskFreeBytes={await freeBytes(config.dataDir)}
        backup={findNewestBackup(config.dataDir)}
        waiting={inbox.waiting}
        oldestWaitingAt={inbox.oldestWaitingAt}
        failed={inbox.failed}
        reasons={report.reasons}
        keyId={secretBox.keyId}
        audit={audit}
        jobs={[
          { name: 'Learning how defects show', at: learned?.at },
          { name: 'Letting go of what is old', at: pruned.at },
        ]}
        now={now}
      />,
    )
  })
}

async function auditState({ store, config, secretBox }: Deps) {
  const { number: entries } = await getAuditHead(store.reader)
  try {
    const noted = readAnchor(config.dataDir, secretBox)
    const isThere = !noted || noted.number === 0 || (await findAuditHash(store.reader, noted.number)) === noted.hash
    const trouble = isThere
      ? undefined
      : 'The audit log does not hold what was noted of it outside of the database. Run: postflight audit verify'
    return { entries, notedAt: noted?.at, trouble }
  } catch (error) {
    if (!(error instanceof AnchorBroken)) throw error
    return { entries, notedAt: undefined, trouble: error.message }
  }
}
