import { z } from 'zod'
import { defectStatus, deploymentStatus, releaseKind, severity } from './api-schemas.ts'

/**
 * Our own JSON as openapi.json describes it. `sources/native-items.ts` is what reads it, and cleans and judges more than a
 * schema can say; a test sees that every key here is one it reads.
 */

const text = (max: number) => z.string().min(1).max(max)
const time = z.iso.datetime({ offset: true })
/** Longer lists are cut, not refused: no limits on them here. */
const paths = z.array(z.string())
const tier = z.enum(['production', 'staging', 'testing', 'development', 'other'])
const id = z.union([text(200), z.int()]).meta({ description: 'Your own id of it; the same id is the same thing.' })

export const nativeDeployment = z.object({
  service: text(200),
  version: text(200),
  environment: text(200),
  id: id.optional(),
  tier: tier.optional(),
  status: deploymentStatus.default('succeeded'),
  action: z.enum(['deploy', 'rollback', 'remove']).optional(),
  rollback: z.boolean().optional(),
  kind: releaseKind.optional(),
  commit: text(100).optional(),
  artifact: text(500).optional(),
  startedAt: time.optional(),
  finishedAt: time.optional(),
  url: z.url().optional(),
  actor: z.string().optional(),
  percent: z
    .number()
    .gt(0)
    .max(100)
    .optional()
    .meta({ description: 'Share of the traffic that gets it; leave it out for all of it.' }),
  files: paths.optional().meta({ description: 'Paths that the release changed, as in its repository.' }),
  commits: z
    .array(
      z.object({
        sha: text(100),
        message: z.string().optional(),
        author: z.string().optional(),
        at: time.optional(),
        files: paths.optional(),
      }),
    )
    .max(5_000)
    .optional(),
})

export const nativeDefect = z.object({
  title: text(300),
  id: id.optional(),
  fingerprint: text(500).optional().meta({ description: 'Reports of one service with the same one are one defect.' }),
  description: z.string().optional(),
  service: text(200).optional().meta({ description: 'With it the defect can be attributed.' }),
  environment: text(200).optional(),
  tier: tier.optional(),
  version: text(200).optional(),
  commit: text(100).optional(),
  deployment: id.optional(),
  artifact: text(500).optional(),
  files: paths
    .optional()
    .meta({ description: "Files of its stack frames in the application's own code, the outermost last." }),
  components: z.array(text(200)).optional().meta({ description: 'Directories or modules it is filed under.' }),
  links: z
    .array(text(2_048))
    .optional()
    .meta({ description: 'Addresses or keys of issues, pull requests and deployments.' }),
  introducedIn: text(200).optional().meta({ description: 'The version that is said to have brought it.' }),
  culpritCommits: z
    .array(z.string().min(7).max(100))
    .optional()
    .meta({ description: 'Commits that are said to have brought it.' }),
  detection: z
    .enum(['alert', 'error', 'issue'])
    .optional()
    .meta({ description: 'Who noticed it; by default error when it has a fingerprint, else issue.' }),
  severity: severity.optional(),
  status: defectStatus.optional(),
  fixedIn: z
    .union([text(200), z.array(text(200)).max(20)])
    .optional()
    .meta({
      description:
        'Versions that fix it, or next-release, next-production-release: the first such release deployed after this.',
    }),
  phase: z.enum(['development', 'testing', 'staging', 'production']).optional(),
  occurredAt: time.optional(),
  detectedAt: time.optional(),
  reportedAt: time.optional(),
  acknowledgedAt: time.optional().meta({ description: 'When somebody took it up.' }),
  mitigatedAt: time.optional().meta({ description: 'When its effects were held off, fixed or not.' }),
  resolvedAt: time.optional(),
  updatedAt: time.optional(),
  url: z.url().optional(),
  count: z.int().min(1).max(1_000_000).optional(),
})

const conclusion = z.looseObject({ id: z.string() })

export const submissionAnswer = z.object({
  delivery: z.string(),
  outcome: z.enum(['accepted', 'duplicate']),
  deployment: conclusion.optional().meta({ description: 'What became of a single deployment.' }),
  defect: conclusion.optional().meta({ description: 'What became of a single defect.' }),
  items: z.array(conclusion).optional().meta({ description: 'What became of each, in order, for an array.' }),
})
