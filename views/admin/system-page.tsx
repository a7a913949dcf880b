import type { Engine } from '../../src/store/dialect.ts'
import { Facts, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { Age, Since, TimeAndAge } from '../components/time.tsx'
import { counted, formatBytes, formatCount } from '../format.ts'

export interface SystemPageProps {
  readonly version: string
  readonly node: string
  /** `linux x64` */
  readonly platform: string
  readonly startedAt: number
  readonly residentBytes: number
  readonly heapBytes: number
  readonly engine: Engine
  readonly databaseBytes: number
  readonly migrations: readonly string[]
  readonly diskFreeBytes: number | undefined
  /** The newest copy in DATA_DIR. */
  readonly backup: { readonly file: string; readonly at: number; readonly bytes: number } | undefined
  readonly waiting: number
  readonly oldestWaitingAt: number | undefined
  readonly failed: number
  /** Why the server says that it is not ready. */
  readonly reasons: readonly string[]
  readonly keyId: string
  readonly audit: {
    readonly entries: number
    readonly notedAt: number | undefined
    readonly trouble: string | undefined
  }
  /** What runs by itself, and when it last came to its end. */
  readonly jobs: readonly { readonly name: string; readonly at: number | undefined }[]
  readonly now: number
}

export const SystemPage = (props: SystemPageProps) => (
  <>
    <PageHead title="System" sub={<span>How this server is doing. No secrets are shown here.</span>} />
    {props.reasons.length === 0 ? null : (
      <div class="gap">
        <Note tone="bad">Not ready: {props.reasons.join('; ')}.</Note>
      </div>
    )}
    {props.audit.trouble === undefined ? null : (
      <div class="gap">
        <Note tone="bad">{props.audit.trouble}</Note>
      </div>
    )}
    <div class="system-grid">
      <Process {...props} />
      <Storage {...props} />
      <Inbox {...props} />
      <Upkeep {...props} />
    </div>
  </>
)

const Process = ({ version, node, platform, startedAt, residentBytes, heapBytes, keyId, now }: SystemPageProps) => (
  <Panel id="process" title="Process" pad>
    <Facts
      facts={[
        ['Version', version],
        ['Node.js', `${node}, ${platform}`],
        ['Running for', <Since at={startedAt} now={now} />],
        ['Memory', `${formatBytes(residentBytes)}, ${formatBytes(heapBytes)} of it in use by JavaScript`],
        ['Key in use', <code>{keyId}</code>],
      ]}
    />
  </Panel>
)

const ENGINES: Readonly<Record<Engine, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

function Storage({ engine, databaseBytes, migrations, diskFreeBytes, backup, now }: SystemPageProps) {
  return (
    <Panel id="database" title="Database" pad>
      <Facts
        facts={[
          ['Engine', ENGINES[engine]],
          ['Size', formatBytes(databaseBytes)],
          ['Migrations', `${migrations.length}, the last ${migrations.at(-1)}`],
          ['Free on the disk of DATA_DIR', diskFreeBytes === undefined ? 'unknown' : formatBytes(diskFreeBytes)],
          [
            'Newest copy in DATA_DIR',
            backup ? (
              <>
                <Age at={backup.at} now={now} />, {formatBytes(backup.bytes)}
              </>
            ) : (
              'none; back-ups made elsewhere are not known here'
            ),
          ],
        ]}
      />
    </Panel>
  )
}

function Inbox({ waiting, oldestWaitingAt, failed, now }: SystemPageProps) {
  return (
    <Panel id="deliveries" title="Deliveries" pad>
      <Facts
        facts={[
          [
            'Waiting to be processed',
            <>
              {formatCount(waiting)}
              {oldestWaitingAt === undefined ? null : (
                <>
                  , the oldest <Age at={oldestWaitingAt} now={now} />
                </>
              )}
            </>,
          ],
          ['Could not be processed', <a href="/deliveries?state=failed">{formatCount(failed)}</a>],
        ]}
      />
    </Panel>
  )
}

function Upkeep({ jobs, audit, now }: SystemPageProps) {
  return (
    <Panel id="upkeep" title="By itself" pad>
      <Facts
        facts={[
          ...jobs.map(
            ({ name, at }) => [name, at === undefined ? 'not yet' : <TimeAndAge at={at} now={now} />] as const,
          ),
          [
            'Audit log',
            <>
              <a href="/admin/audit">{counted(audit.entries, 'entry', 'entries')}</a>
              {audit.notedAt === undefined ? (
                ', the newest not noted yet'
              ) : (
                <>
                  , the newest noted <Age at={audit.notedAt} now={now} />
                </>
              )}
            </>,
          ],
        ]}
      />
    </Panel>
  )
}
