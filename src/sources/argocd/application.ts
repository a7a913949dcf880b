import { z } from 'zod'
import { readJsonText } from '../reading/json.ts'
import { listOf } from '../reading/payload.ts'

/** What we read of an Argo CD application (argoproj.io/v1alpha1), as `{{toJson .app}}` writes it. */

const text = z.string().nullish()

const sourceSchema = z.object({ repoURL: text, path: text, chart: text, ref: text, targetRevision: text })
export type ApplicationSource = z.infer<typeof sourceSchema>

const sources = listOf(sourceSchema, 100).nullish()
const revisions = listOf(z.string(), 100).nullish()
const healthSchema = z.object({ status: text, message: text, lastTransitionTime: text }).nullish()

const applicationSchema = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: text,
    uid: text,
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    deletionTimestamp: text,
  }),
  spec: z.object({
    destination: z.object({ name: text, server: text, namespace: text }),
    project: text,
    source: sourceSchema.nullish(),
    sources,
  }),
  status: z
    .object({
      health: healthSchema,
      sync: z.object({ revision: text, revisions }).nullish(),
      summary: z.object({ images: listOf(z.string(), 1000).nullish() }).nullish(),
      conditions: listOf(z.object({ type: text, message: text })).nullish(),
      resources: listOf(z.object({ kind: text, name: text, health: healthSchema })).nullish(),
      operationState: z
        .object({
          phase: text,
          startedAt: text,
          finishedAt: text,
          operation: z.object({ initiatedBy: z.object({ username: text }).nullish() }).nullish(),
          syncResult: z.object({ revision: text, revisions, source: sourceSchema.nullish(), sources }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
})
export type Application = z.infer<typeof applicationSchema>

export const notificationSchema = z.object({
  app: applicationSchema,
  context: z.object({ argocdUrl: text }).nullish(),
  timestamp: text,
})

/**
 * Whether the record that Argo CD keeps with the application, of what it has told and would not tell again, holds the
 * trigger for degraded health. It is taken out when the health is better, after the notification was written.
 */
export function wasToldDegraded({ metadata }: Application): boolean {
  const record = readJsonText(metadata.annotations?.['notified.notifications.argoproj.io'] ?? '')
  if (!record.ok || typeof record.value !== 'object' || record.value === null) return false
  return Object.keys(record.value).some((key) => /(?:^|:)on-health-degraded:/.test(key))
}
