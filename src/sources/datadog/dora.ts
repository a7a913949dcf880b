import { z } from 'zod'
import type { Interpretation, SourceEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { told, unreadable } from '../interpretation.ts'
import { severityOfWord } from '../reading/labels.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readEpoch } from '../reading/payload.ts'
import { tagNames } from './tags.ts'

/** The bodies of Datadog's `POST /api/v2/dora/deployment` and `/api/v2/dora/failure`, or `/incident` as it was. */

const text = z.string().nullish()
const epoch = z.union([z.string(), z.number()]).nullish()

const attributesSchema = z.object({
  id: text,
  service: text,
  services: listOf(z.string(), 100).nullish(),
  name: text,
  severity: text,
  env: text,
  version: text,
  team: text,
  started_at: epoch,
  finished_at: epoch,
  git: z.object({ commit_sha: text, repository_url: text }).nullish(),
  custom_tags: listOf(z.string(), 200).nullish(),
})
type Attributes = z.infer<typeof attributesSchema>

const eventSchema = z.object({ data: z.object({ attributes: attributesSchema }) })

export const isDoraEvent = (payload: object): boolean => {
  const data = (payload as { data?: unknown }).data
  return typeof data === 'object' && data !== null && Object.hasOwn(data, 'attributes')
}

export function readDoraEvent(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(eventSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { attributes } = parsed.value.data
  const isFailure = attributes.services != null || attributes.severity != null || attributes.name != null
  return isFailure ? readFailure(attributes, receivedAt) : readDeployment(attributes, receivedAt)
}

const originIn = (attributes: Attributes, service: string | undefined) =>
  originOf({
    service,
    env: attributes.env,
    team: attributes.team,
    repository: attributes.git?.repository_url,
    ...tagNames(attributes.custom_tags ?? []),
  })

function readDeployment(attributes: Attributes, receivedAt: number): Interpretation {
  const service = lineOf(attributes.service, 200)
  if (!service) return unreadable('data.attributes.service', 'is required')
  const environment = lineOf(attributes.env, 200)
  if (!environment) return unreadable('data.attributes.env', 'is required, to know where this was deployed')
  const version = lineOf(attributes.version, 200)
  const commit = fullSha(attributes.git?.commit_sha)
  if (version === undefined && commit === undefined)
    return unreadable('data.attributes.version', 'is required, or else a full git.commit_sha')
  const notes: string[] = []
  const { startedAt, finishedAt } = timesOf(attributes, receivedAt, notes)
  return told(
    [
      {
        type: 'deployment',
        origin: originIn(attributes, service),
        key: lineOf(attributes.id, 200),
        service,
        environment,
        version,
        commit,
        // It is told of when it is over.
        status: 'succeeded',
        action: 'deploy',
        at: finishedAt ?? startedAt ?? receivedAt,
        startedAt,
        finishedAt,
      },
    ],
    notes,
  )
}

/** One defect for each of its services; over when it says when it ended. */
function readFailure(attributes: Attributes, receivedAt: number): Interpretation {
  const services = [...new Set(attributes.services ?? (attributes.service ? [attributes.service] : []))].flatMap(
    (name) => lineOf(name, 200) ?? [],
  )
  const title = lineOf(attributes.name, 300) ?? 'Failure'
  const notes: string[] = []
  const { startedAt, finishedAt } = timesOf(attributes, receivedAt, notes)
  const at = startedAt ?? receivedAt
  const events = (services.length > 0 ? services : [undefined]).flatMap((service): SourceEvent[] => {
    const name = attributes.id ?? `${title} ${attributes.started_at ?? ''}`
    const key = cleanLine(`failure ${name} ${service ?? ''}`, 400)
    const word = lineOf(attributes.severity, 200)
    const seen: SourceEvent = {
      type: 'defect',
      origin: originIn(attributes, service),
      key,
      title,
      service,
      environment: lineOf(attributes.env, 200),
      version: lineOf(attributes.version, 200),
      commit: fullSha(attributes.git?.commit_sha),
      severity: severityOfWord(word ?? ''),
      severityWord: word,
      detection: 'alert',
      status: 'open',
      at,
      occurredAt: at,
      detectedAt: at,
      count: 1,
      sighting: 'started',
    }
    return finishedAt === undefined
      ? [seen]
      : [seen, { type: 'defect', key, status: 'fixed', at: finishedAt, count: 0 }]
  })
  return told(events, notes)
}

const timesOf = ({ started_at: started, finished_at: finished }: Attributes, receivedAt: number, notes: string[]) => ({
  startedAt: readEpoch(started, 'data.attributes.started_at', receivedAt, notes),
  finishedAt: readEpoch(finished, 'data.attributes.finished_at', receivedAt, notes),
})
