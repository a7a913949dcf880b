import { z } from 'zod'
import { type ReportSnapshot, SNAPSHOT_FORMAT } from '../../core/reports/snapshot.ts'
import { type ReleaseSign, SIGN_WORDS } from '../../core/verdict/release-sign.ts'

/** How a report is written down, and read back however long ago that was. */

const count = z.int().min(0)
const name = z.string()

const sign = z.enum(Object.keys(SIGN_WORDS) as ReleaseSign[])

const listing = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), count, atLeast: z.boolean() })

/** @param instant how instants are written */
export function snapshotShape<Instant extends z.ZodType>(instant: Instant) {
  const subject = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('release'), service: name, version: name, environment: name.nullable() }),
    z.object({
      kind: z.literal('period'),
      service: name.nullable(),
      environment: name,
      from: instant,
      to: instant,
    }),
  ])

  const band = z.object({
    ageDays: z.number(),
    expected: z.number(),
    usual: z.object({ low: z.number(), median: z.number(), high: z.number() }),
    releases: count,
  })

  const discovery = z.object({
    version: name,
    discoveries: z.object({
      lifeDays: z.number(),
      ages: z.array(z.number()),
      earlier: count,
      band: z.array(band),
    }),
    windowDays: z.number(),
    comparedDays: z.number().nullable(),
    rolledBack: z.boolean(),
    numbers: z.string().nullable(),
  })

  const flow = z.object({
    unit: z.enum(['day', 'week']),
    openBefore: z.int(),
    openAfter: z.int(),
    steps: z.array(z.object({ from: instant, to: instant, found: count, fixed: count, givenUp: count, open: z.int() })),
  })

  const defect = z.object({
    id: z.int(),
    title: z.string(),
    severity: z.enum(['S1', 'S2', 'S3', 'S4']),
    status: z.enum(['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix', 'regressed']),
    service: name.nullable(),
    environment: name.nullable(),
    firstSeenAt: instant,
    lastSeenAt: instant,
    occurrences: count,
    owner: name.nullable(),
    suspect: z.object({ service: name, version: name }).nullable(),
  })

  const emergency = z.object({
    id: z.int(),
    strategy: z.enum(['rollback', 'hotfix']),
    state: z.string(),
    service: name,
    environment: name,
    version: name,
    openedAt: instant,
    openedBy: name.nullable(),
    approvedAt: instant.nullable(),
    approvedBy: name.nullable(),
    deployedAt: instant.nullable(),
    endedAt: instant.nullable(),
    reason: z.string().nullable(),
  })

  const deployment = z.object({
    service: name,
    version: name.nullable(),
    environment: name,
    status: z.enum(['pending', 'in-progress', 'succeeded', 'failed', 'cancelled']),
    effect: z.string().nullable(),
    at: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    replaced: name.nullable(),
    by: name.nullable(),
  })

  return z.object({
    format: z.literal(SNAPSHOT_FORMAT),
    subject,
    title: z.string(),
    zone: name,
    madeAt: instant,
    dataUntil: instant.nullable(),
    madeBy: name.nullable(),
    verdict: z.enum(['too early', 'healthy', 'watch', 'suspect']).nullable(),
    ...{ sign: sign.nullable().default(null), ended: sign.nullable().default(null) },
    sentence: z.string(),
    numbers: z.array(
      z.object({
        name: z.string(),
        numerator: z.number(),
        denominator: z.number().nullable(),
        text: z.string(),
        rule: z.string(),
      }),
    ),
    discovery: discovery.nullable(),
    flow: flow.nullable(),
    defects: listing(defect),
    emergencies: listing(emergency),
    deployments: listing(deployment),
    definitions: z.array(z.object({ term: z.string(), text: z.string() })),
  })
}

const snapshotSchema = snapshotShape(z.int()) satisfies z.ZodType<ReportSnapshot>

export const writeSnapshot = (report: ReportSnapshot): string => JSON.stringify(report)

/** Undefined: it was written by a later version, or is damaged. */
export function readSnapshot(text: string): ReportSnapshot | undefined {
  try {
    const read = snapshotSchema.safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
