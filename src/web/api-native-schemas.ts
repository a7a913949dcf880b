import { z } from 'zod'
import { defectStatus, deploymentStatus, releaseKind, severity } from './api-schemas.ts'

/**
 * Our own JSON as openapi.json describes it. `sources/native.ts` is what reads it, and cleans and judges more than a
 * schema can say; a test sees that every key here is one it reads.
 */

const text = (max: number) => z.string().min(1).max(max)
const time = z.iso.datetime({ offset: true })
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
  commits: z
    .array(
      z.object({
        sha: text(100),
        message: z.string().optional(),
        author: z.string().optional(),
        at: time.optional(),
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
