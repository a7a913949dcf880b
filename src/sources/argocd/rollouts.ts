import { z } from 'zod'
import type { DeploymentEvent, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { told, unreadable } from '../interpretation.ts'
import { artifactVersion } from '../reading/artifact-version.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, readTime } from '../reading/payload.ts'

/**
 * Notifications of Argo Rollouts that say which event they are of and send the whole rollout. What is in its status may be
 * from before the event, so the event alone says what happened: docs/sources/argocd.md.
 */

const text = z.string().nullish()
const labels = z.record(z.string(), z.string()).nullish()
const steps = listOf(z.object({ setWeight: z.number().nullish() }), 1000).nullish()

const rolloutSchema = z.object({
  metadata: z.object({ name: z.string().min(1), namespace: text, uid: text, labels, annotations: labels }),
  spec: z.object({
    strategy: z.object({ canary: z.object({ steps }).nullish() }).nullish(),
    template: z
      .object({
        spec: z.object({ containers: listOf(z.object({ name: text, image: text }), 100).nullish() }).nullish(),
      })
      .nullish(),
  }),
  status: z
    .object({
      currentStepIndex: z.number().nullish(),
      abortedAt: text,
      canary: z
        .object({
          weights: z.object({ canary: z.object({ weight: z.number().nullish() }).nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
})
type Rollout = z.infer<typeof rolloutSchema>

const notificationSchema = z.object({ event: z.string(), rollout: rolloutSchema, timestamp: text })

const STATUS = new Map([
  ['updated', 'in-progress'],
  ['step-completed', 'in-progress'],
  ['paused', 'in-progress'],
  ['completed', 'succeeded'],
  ['aborted', 'failed'],
] as const) as ReadonlyMap<string, 'in-progress' | 'succeeded' | 'failed'>

/** Whether it is of Argo Rollouts rather than of Argo CD. */
export const isOfRollout = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'rollout')

export function readRollout(value: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(notificationSchema, value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { event, rollout, timestamp } = parsed.value
  const status = STATUS.get(event)
  if (!status)
    return unreadable('event', `is "${cleanLine(event, 40)}", and must be one of ${[...STATUS.keys()].join(', ')}`)
  const { metadata } = rollout
  const service = lineOf(metadata.name, 200)
  if (!service) return unreadable('rollout.metadata.name', 'is empty')
  const environment = lineOf(metadata.labels?.environment ?? metadata.labels?.env ?? metadata.namespace, 200)
  if (!environment) return unreadable('rollout.metadata.namespace', 'is empty, and no label says the environment')
  const version = versionOf(rollout)
  if (version === undefined)
    return unreadable('rollout.spec.template.spec.containers', 'name no image whose tag is the version')
  const notes: string[] = []
  const at =
    readTime(timestamp, 'timestamp', receivedAt, notes) ??
    (event === 'aborted'
      ? readTime(rollout.status?.abortedAt, 'rollout.status.abortedAt', receivedAt, notes)
      : undefined) ??
    receivedAt
  const revision = metadata.annotations?.['rollout.argoproj.io/revision']
  const said: DeploymentEvent = {
    type: 'deployment',
    origin: originOf({
      rollout: metadata.name,
      namespace: metadata.namespace,
      environment,
      ...labelsOf(rollout),
    }),
    service,
    environment,
    // Without its number, by what it brings: a later roll-out of the same version is the same then.
    key: cleanLine(`${metadata.uid ?? metadata.name} ${revision ? `revision ${revision}` : version}`, 400),
    version,
    status,
    action: 'deploy',
    at,
    finishedAt: status === 'in-progress' ? undefined : at,
    percent: status === 'in-progress' ? shareOf(rollout) : undefined,
  }
  return told([said], notes)
}

/** The tag of the container called like the rollout, else the one that all have. */
function versionOf({ metadata, spec }: Rollout): string | undefined {
  const containers = spec.template?.spec?.containers ?? []
  const own = containers.filter(({ name }) => name === metadata.name)
  const tags = new Set((own.length > 0 ? own : containers).map(({ image }) => image && artifactVersion(image)))
  return tags.size === 1 ? lineOf([...tags][0], 200) : undefined
}

/** What the router was told, else the last step that set a weight. */
function shareOf({ spec, status }: Rollout): number | undefined {
  const reached = (spec.strategy?.canary?.steps ?? []).slice(0, Math.max(0, status?.currentStepIndex ?? 0))
  const set = reached.flatMap(({ setWeight }) => setWeight ?? []).at(-1)
  const share = status?.canary?.weights?.canary?.weight ?? set
  return share !== undefined && share > 0 && share <= 100 ? share : undefined
}

const labelsOf = ({ metadata }: Rollout): Record<string, string> => {
  const named = Object.entries(metadata.labels ?? {})
    .slice(0, 100)
    .map(([name, value]) => `${name.slice(name.lastIndexOf('/') + 1)}=${value}`)
  const { labels: _, ...rest } = labelNames(named)
  return rest
}
