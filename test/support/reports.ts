import type { ReportSnapshot } from '../../src/core/reports/snapshot.ts'
import { hashSecretToken } from '../../src/operations/access/secret-token.ts'
import { saveReport, snapshotPeriod, snapshotRelease } from '../../src/operations/reports/make-report.ts'
import { planReports } from '../../src/operations/reports/report-schedules.ts'
import type { Store } from '../../src/store/database.ts'
import { listEnvironmentChoices } from '../../src/store/overview/overview-queries.ts'
import { insertLink } from '../../src/store/reports/report-links.ts'
import { day } from './factories.ts'

/** A report in which every list has a row and every name of a person is another. */
export const aReport = (more: Partial<ReportSnapshot> = {}): ReportSnapshot => ({
  format: 1,
  subject: { kind: 'period', service: null, environment: 'production', from: day(1), to: day(8) },
  title: 'All services in production, 1 to 7 Jan 2026',
  zone: 'UTC',
  madeAt: day(8),
  dataUntil: day(8) - 60_000,
  madeBy: 'Ana Roe',
  ...{ verdict: null, sign: null, ended: null },
  sentence: '2 defects were found and 1 defect fixed, in 3 deployments.',
  numbers: ['Defects found', 'Defects fixed', 'Failed deployments', 'Rollbacks and emergency releases'].map(
    (name, i) => ({ name, numerator: i, denominator: 3, text: `${i} of 3`, rule: `What ${name} counts.` }),
  ),
  discovery: null,
  flow: {
    unit: 'day',
    openBefore: 1,
    openAfter: 2,
    steps: [{ from: day(1), to: day(2), found: 2, fixed: 1, givenUp: 0, open: 2 }],
  },
  defects: {
    rows: [
      {
        id: 7,
        title: '=HYPERLINK("https://evil.example") | *broken*',
        severity: 'S1',
        status: 'open',
        service: 'checkout-api',
        environment: 'production',
        firstSeenAt: day(2),
        lastSeenAt: day(3),
        occurrences: 12,
        owner: 'Ben Ito',
        suspect: { service: 'checkout-api', version: '4.18.0' },
      },
    ],
    count: 2,
    atLeast: false,
  },
  emergencies: {
    rows: [
      {
        id: 27,
        strategy: 'rollback',
        state: 'closed',
        service: 'checkout-api',
        environment: 'production',
        version: '4.17.3',
        openedAt: day(3),
        openedBy: 'Cleo Dent',
        approvedAt: day(3) + 60_000,
        approvedBy: 'Ana Roe',
        deployedAt: day(3) + 600_000,
        endedAt: day(3) + 3_600_000,
        reason: 'Because Ana said so',
      },
    ],
    count: 1,
    atLeast: false,
  },
  deployments: {
    rows: [
      {
        service: 'checkout-api',
        version: '4.18.0',
        environment: 'production',
        status: 'succeeded',
        effect: 'deploy',
        at: day(2),
        startedAt: day(2) - 60_000,
        finishedAt: day(2),
        replaced: '4.17.3',
        by: 'Dora Fry',
      },
    ],
    count: 3,
    atLeast: false,
  },
  definitions: [{ term: 'Found', text: 'First seen in the period.' }],
  ...more,
})

/** Of a busy week: one of a release, shared by a link with that token, and one of the last days; and a weekly one. */
export async function makeReports(store: Store, token: string): Promise<void> {
  const now = Date.now()
  const maker = { name: 'Ana', zone: 'Europe/Berlin', now }
  const by = { actor: { kind: 'person', id: 'user:1', name: 'Ana', address: null }, now } as const
  const ofRelease = await snapshotRelease(store.db, { service: 'checkout-api', version: '4.18.0' }, maker)
  const [environment] = await listEnvironmentChoices(store.db)
  if (!ofRelease || !environment) throw new Error('nothing was deployed')
  const period = { from: now - 7 * 86_400_000, to: now }
  const reportId = await saveReport(store, ofRelease, by)
  await planReports(store, { cadence: 'weekly', service: '', zone: 'Europe/Berlin' }, by)
  await saveReport(store, await snapshotPeriod(store.db, { service: undefined, environment, period }, maker), by)
  const link = { reportId, tokenHash: hashSecretToken(token), hidesPeople: true, madeBy: 'Ana', madeAt: now }
  await insertLink(store.db, { ...link, expiresAt: now + 86_400_000 })
}
