import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored } from '../interpretation.ts'
import { hasBasicPassword, hasBearerToken } from '../proof/signature.ts'
import { idInBody } from '../reading/body-id.ts'
import { readJson } from '../reading/json.ts'
import { parseWith, repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readBuild } from './builds.ts'
import { readRun, readStage } from './pipelines.ts'
import { readPush } from './pushes.ts'
import { readRelease, readReleaseDeployment } from './releases.ts'
import { readWorkItem } from './work-items.ts'

/** Service hooks of Azure DevOps (Web Hooks). What is understood and why: docs/sources/azure-devops.md. */
export const azureDevOps: Source = {
  kind: 'azure-devops',
  label: 'Azure DevOps',
  secret: 'basic',
  contentTypes: ['application/json'],
  // The form has fields for a user and a password, and one for headers of one's own.
  verify: (delivery, secrets) => hasBasicPassword(delivery, secrets) || hasBearerToken(delivery, secrets),
  deliveryId: (delivery) => idInBody(delivery, 'id'),
  interpret,
}

/** What every reader gets: the event's resource, and when the event was made. */
export interface AzureEvent {
  readonly type: string
  readonly resource: unknown
  readonly createdDate: string | undefined
  readonly receivedAt: number
}

const READERS: ReadonlyMap<string, (event: AzureEvent) => Interpretation> = new Map([
  ['ms.vss-pipelines.stage-state-changed-event', readStage],
  ['ms.vss-pipelines.run-state-changed-event', readRun],
  ['build.complete', readBuild],
  ['ms.vss-release.deployment-started-event', readReleaseDeployment],
  ['ms.vss-release.deployment-completed-event', readReleaseDeployment],
  ['ms.vss-release.release-created-event', readRelease],
  ['ms.vss-release.release-abandoned-event', readRelease],
  ['git.push', readPush],
  ['workitem.created', readWorkItem],
  ['workitem.updated', readWorkItem],
])

const envelopeSchema = z.object({
  eventType: z.string(),
  createdDate: z.string().nullish(),
  resource: z.unknown().optional(),
})

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const parsed = parseWith(envelopeSchema, json.value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { eventType: type, createdDate, resource } = parsed.value
  const read = READERS.get(type)
  if (!read)
    return ignored(
      `Nothing is read from Azure DevOps' "${cleanLine(type, 80)}" events; their subscription can be removed.`,
    )
  const made = read({ type, resource, createdDate: createdDate ?? undefined, receivedAt })
  if (made.kind !== 'events' || json.repeatedKeys.length === 0) return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}
