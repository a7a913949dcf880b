import type { DefectEvent, DeploymentEvent, Interpretation, SourceEvent } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { hasBasicPassword, hasBearerToken } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { lineOf, parseWith, readTime, repeatedKeyNotes, webUrl } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { type Application, notificationSchema, wasToldDegraded } from './application.ts'
import { isOfRollout, readRollout } from './rollouts.ts'
import { deployedVersion } from './version.ts'

/** Notifications of Argo CD that send the whole application, and of Argo Rollouts that send the rollout. What is understood and why: docs/sources/argocd.md. */
export const argocd: Source = {
  kind: 'argocd',
  label: 'Argo CD',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify: (delivery, secrets) => hasBearerToken(delivery, secrets) || hasBasicPassword(delivery, secrets),
  // Templates give none; what is sent again is the same to the byte.
  deliveryId: () => undefined,
  interpret,
}

const STATUS = new Map([
  ['Running', 'in-progress'],
  ['Terminating', 'in-progress'],
  ['Succeeded', 'succeeded'],
  ['Failed', 'failed'],
  ['Error', 'failed'],
] as const) as ReadonlyMap<string, 'in-progress' | 'succeeded' | 'failed'>

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  if (isOfRollout(json.value)) {
    const made = readRollout(json.value, receivedAt)
    const repeated = repeatedKeyNotes(json.repeatedKeys)
    return made.kind === 'events' && repeated.length > 0
      ? { ...made, notes: [...(made.notes ?? []), ...repeated] }
      : made
  }
  const parsed = parseWith(notificationSchema, json.value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { app, context } = parsed.value
  const environment = environmentOf(app)
  if (!environment)
    return unreadable(
      'app.spec.destination',
      'names neither a cluster nor a namespace, so it is not known where this is',
    )
  const service = lineOf(app.metadata.name, 200)
  if (!service) return unreadable('app.metadata.name', 'is empty')
  const notes = repeatedKeyNotes(json.repeatedKeys)
  const time = (text: string | null | undefined, path: string) => readTime(text, path, receivedAt, notes)
  const sentAt = time(parsed.value.timestamp, 'timestamp') ?? receivedAt
  const about: About = {
    origin: originIn(app, environment),
    service,
    environment,
    url: addressOf(app, context?.argocdUrl),
  }

  const deletedAt = app.metadata.deletionTimestamp
  if (deletedAt) {
    const at = time(deletedAt, 'app.metadata.deletionTimestamp') ?? sentAt
    const removal = { type: 'deployment', ...about, status: 'succeeded', action: 'remove', finishedAt: at } as const
    return told([{ ...removal, key: `${cleanLine(app.metadata.uid ?? app.metadata.name, 200)} removed`, at }], notes)
  }

  const operation = app.status?.operationState
  const status = STATUS.get(operation?.phase ?? '')
  if (operation?.phase && !status)
    return unreadable(
      'app.status.operationState.phase',
      `is "${cleanLine(operation.phase, 40)}", which is none we know`,
    )
  const deployment = operation && status ? readOperation(app, about, status, time, sentAt) : undefined
  if (deployment && deployment.version === undefined && deployment.commit === undefined)
    return unreadable('app.status.operationState.syncResult', 'names neither a version nor a full commit id')
  const health = readHealth(app, about, deployment, time, sentAt)
  const events: SourceEvent[] = [deployment, health].filter((event) => event !== undefined)
  return events.length > 0 ? told(events, notes) : ignored(whyNothing(app))
}

type About = Pick<DeploymentEvent, 'origin' | 'service' | 'environment' | 'url'> & { readonly environment: string }
type TimeReader = (text: string | null | undefined, path: string) => number | undefined

/** The last sync, which has the same start in all its states. */
function readOperation(
  app: Application,
  about: About,
  status: 'in-progress' | 'succeeded' | 'failed',
  time: TimeReader,
  sentAt: number,
): DeploymentEvent {
  const operation = app.status?.operationState
  const startedAt = time(operation?.startedAt, 'app.status.operationState.startedAt')
  const finishedAt = time(operation?.finishedAt, 'app.status.operationState.finishedAt')
  return {
    type: 'deployment',
    ...about,
    key: cleanLine(`${app.metadata.uid ?? app.metadata.name} ${operation?.startedAt ?? ''}`, 400),
    ...deployedVersion(app),
    status,
    action: 'deploy',
    at: (status === 'in-progress' ? startedAt : finishedAt) ?? sentAt,
    startedAt,
    finishedAt: status === 'in-progress' ? undefined : finishedAt,
    actor: lineOf(operation?.operation?.initiatedBy?.username, 200),
  }
}

/**
 * Degraded after a sync that succeeded is a fault of what runs; after one that failed it is part of that. Healthy again
 * is news only when Argo CD's own record says that it told of the fault.
 */
function readHealth(
  app: Application,
  about: About,
  deployment: DeploymentEvent | undefined,
  time: TimeReader,
  sentAt: number,
): DefectEvent | undefined {
  const health = app.status?.health
  const key = `degraded ${cleanLine(app.metadata.uid ?? app.metadata.name, 200)}`
  const since = () => time(health?.lastTransitionTime, 'app.status.health.lastTransitionTime') ?? sentAt
  if (health?.status === 'Healthy' && wasToldDegraded(app))
    return { type: 'defect', key, status: 'fixed', at: since(), count: 0 }
  if (health?.status !== 'Degraded' || (deployment && deployment.status !== 'succeeded')) return undefined
  const at = since()
  return {
    type: 'defect',
    ...about,
    key,
    title: `${about.service} is degraded`,
    description: whatIsDegraded(app),
    version: deployment?.version,
    commit: deployment?.commit,
    detection: 'alert',
    status: 'open',
    at,
    occurredAt: at,
    detectedAt: at,
    count: 1,
    sighting: `since ${at}`,
  }
}

function whatIsDegraded({ status }: Application): string | undefined {
  const lines = (status?.resources ?? [])
    .filter(({ health }) => health?.status === 'Degraded')
    .slice(0, 20)
    .map(({ kind, name, health }) => cleanLine(`${kind ?? ''} ${name ?? ''}: ${health?.message ?? 'degraded'}`, 500))
  return cleanText([status?.health?.message ?? '', ...lines].filter(Boolean).join('\n'), 20_000) || undefined
}

function whyNothing({ metadata, status }: Application): string {
  const condition = status?.conditions?.find(({ type }) => type?.endsWith('Error'))
  const because = condition ? ` ${cleanLine(`${condition.type}: ${condition.message ?? ''}`, 200)}` : ''
  return `The application ${cleanLine(metadata.name, 100)} tells of no sync, so nothing is known to have been deployed.${because}`
}

/** A label says it best; else the cluster, unless it is Argo CD's own, and the namespace. */
function environmentOf({ metadata, spec }: Application): string | undefined {
  const labelled = metadata.labels?.environment ?? metadata.labels?.env
  const { name, server, namespace } = spec.destination
  const isOwn = name === 'in-cluster' || (!name && server === 'https://kubernetes.default.svc')
  const cluster = isOwn ? undefined : name || hostOf(server)
  return lineOf(labelled, 200) ?? lineOf([cluster, namespace].filter(Boolean).join('/'), 200)
}

const hostOf = (address: string | null | undefined): string | undefined =>
  address && URL.canParse(address) ? new URL(address).hostname : undefined

const originIn = ({ metadata, spec }: Application, environment: string) =>
  originOf({
    application: metadata.name,
    project: spec.project,
    cluster: spec.destination.name ?? spec.destination.server,
    namespace: spec.destination.namespace,
    environment,
    repository: (spec.sources?.[0] ?? spec.source)?.repoURL,
    ...withoutAll(
      labelNames(
        Object.entries(metadata.labels ?? {})
          .slice(0, MOST_LABELS)
          .map(([name, value]) => `${lastPart(name)}=${value}`),
      ),
    ),
  })

/** More than an origin holds. */
const MOST_LABELS = 100

/** `app.kubernetes.io/part-of` is called part-of. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
const withoutAll = ({ labels: _, ...named }: Record<string, string>): Record<string, string> => named

const addressOf = ({ metadata }: Application, argocdUrl: string | null | undefined): string | undefined =>
  webUrl(
    argocdUrl &&
      `${argocdUrl.replace(/\/$/, '')}/applications/${inPath(metadata.namespace ?? 'argocd')}/${inPath(metadata.name)}`,
  )

const inPath = (name: string): string => encodeURIComponent(cleanLine(name, 200))
