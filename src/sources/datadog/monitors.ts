import { z } from 'zod'
import type { DefectEvent, Interpretation, Severity } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readEpoch, webUrl } from '../reading/payload.ts'
import { tagNames, tagsIn, tagValue } from './tags.ts'

/** What Datadog's webhook tells of a monitor, by the names that our template gives its variables. */

/** A variable that Datadog does not know stays as it is: `$ALERT_PRIORITY`. */
const value = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((given) => {
    const text = String(given ?? '')
    return text === '' || text === 'null' || /^\$[A-Z_]+(?:\[.*\])?$/.test(text) ? undefined : text
  })
const tags = z.union([value, listOf(z.string()).transform((list) => list.join(','))])

const monitorSchema = z.object({
  id: value,
  aggreg_key: value,
  alert_cycle_key: value,
  alert_id: value,
  alert_transition: value,
  alert_type: value,
  alert_priority: value,
  alert_scope: value,
  event_type: value,
  title: value,
  alert_title: value,
  body: value,
  date: value,
  last_updated: value,
  link: value,
  tags,
  hostname: value,
})
type Monitor = z.infer<typeof monitorSchema>

/** Of these it is a fault that was seen; `Renotify` says that it still is. */
const SEEN = ['triggered', 're-triggered', 'renotify', 're-notify', 'warn', 're-warn', 'no data', 're-no data']
const OVER = ['recovered', 'warn recovered', 'no data recovered']

export function readMonitor(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(monitorSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const monitor = parsed.value
  const { title, transition, scope } = fromTitle(monitor)
  if (!transition)
    return ignored(
      `The event "${cleanLine(monitor.event_type ?? title ?? '', 100)}" is of no monitor: it has no alert_transition, and its title does not begin with one, as in [Triggered].`,
    )
  const key = keyOf(monitor, scope)
  if (!key) return unreadable('alert_id', 'is required, or else aggreg_key, to know which monitor this is')

  const notes: string[] = []
  const at =
    readEpoch(monitor.date, 'date', receivedAt, notes) ??
    readEpoch(monitor.last_updated, 'last_updated', receivedAt, notes) ??
    receivedAt
  const word = transition.toLowerCase()
  const list = tagsIn(monitor.tags, scope)
  const about = {
    type: 'defect' as const,
    key,
    title: lineOf(title, 300) ?? `Monitor ${cleanLine(monitor.alert_id ?? key, 100)}`,
    service: lineOf(tagValue(list, 'service', 'app', 'application'), 200),
    environment: lineOf(tagValue(list, 'env', 'environment'), 200),
  }
  // Not the version, which by now may be the one that mended it.
  if (OVER.includes(word)) return told([{ ...about, status: 'fixed', at, count: 0 }], notes)
  if (!SEEN.includes(word))
    return unreadable('alert_transition', `is "${cleanLine(transition, 40)}", which is not a transition we know`)

  const defect: DefectEvent = {
    ...about,
    origin: originOf({
      monitor: monitor.alert_id,
      scope,
      event_type: monitor.event_type,
      host: monitor.hostname,
      ...tagNames(list),
    }),
    description: monitor.body ? cleanText(monitor.body, 20_000) : undefined,
    version: lineOf(tagValue(list, 'version', 'release'), 200),
    commit: fullSha(tagValue(list, 'git.commit.sha')),
    ...severityOf(monitor, word),
    detection: 'alert',
    status: 'open',
    url: webUrl(monitor.link),
    at,
    occurredAt: at,
    detectedAt: at,
    count: 1,
    // From the trigger to the recovery it is one occurrence, however often it is told of.
    sighting: lineOf(monitor.alert_cycle_key && `cycle ${monitor.alert_cycle_key}`, 300) ?? lineOf(monitor.id, 300),
  }
  return told([defect], notes)
}

/**
 * `[P2] [Triggered on {env:production,service:checkout}] Error rate high`: Datadog's own template has the transition and
 * the group in the title alone, and in every one the title is another in each state.
 */
function fromTitle({ title, alert_title: bare, alert_transition: said, alert_scope: group }: Monitor) {
  const [, transition, scope, rest] =
    /^(?:\[P[1-5]\]\s*)?\[([A-Za-z -]{2,30}?)(?: on \{([^}]{0,1000})\})?\]\s*(.*)$/s.exec(title ?? '') ?? []
  if (transition === undefined || ![...SEEN, ...OVER].includes(transition.toLowerCase()))
    return { title: bare ?? title, transition: said, scope: group }
  return { title: bare ?? rest, transition: said ?? transition, scope: group ?? scope }
}

/**
 * The monitor and the group it is about, so that the same fault is the same defect when it comes back. The version is
 * taken out of the group: what comes back in the next release is a regression, and no other defect.
 */
function keyOf(monitor: Monitor, scope: string | undefined): string | undefined {
  const group = tagsIn(scope)
    .filter((tag) => !/^(?:version|release):/i.test(tag))
    .sort()
    .join(',')
  if (monitor.alert_id) return cleanLine(`monitor ${monitor.alert_id} ${group}`, 400)
  const other = monitor.aggreg_key ?? monitor.alert_cycle_key
  return other === undefined ? undefined : cleanLine(`alert ${other}`, 400)
}

const PRIORITIES: Readonly<Record<string, Severity>> = { P1: 'S1', P2: 'S2', P3: 'S3', P4: 'S4', P5: 'S4' }

/** The priority that somebody gave the monitor; else a warning is less bad than an alert. */
function severityOf({ alert_priority: priority, alert_type: type }: Monitor, transition: string) {
  const given = priority?.toUpperCase()
  if (given !== undefined && Object.hasOwn(PRIORITIES, given))
    return { severity: PRIORITIES[given], severityWord: given }
  if (/warn/.test(transition) || type === 'warning') return { severity: 'S3' as const, severityWord: 'warning' }
  return { severity: undefined, severityWord: lineOf(type, 200) }
}
