import { z } from 'zod'
import type { DefectEvent, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told } from '../interpretation.ts'
import { severityOfWord } from '../reading/labels.ts'
import { originOf } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import type { SentryHook } from './hook.ts'

/** Sentry's alerts on metrics. Each time one begins it has an id of its own, and is a defect of its own. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)
const projects = listOf(z.string()).nullish()

const alertSchema = z.object({
  action: z.string(),
  data: z.object({
    description_text: text,
    description_title: text,
    web_url: text,
    metric_alert: z.object({
      id,
      title: text,
      projects,
      date_started: text,
      date_detected: text,
      date_closed: text,
      alert_rule: z.object({ name: text, environment: z.unknown().optional(), projects }).nullish(),
    }),
  }),
})
type Alert = z.infer<typeof alertSchema>['data']

export function readMetricAlert({ payload, receivedAt, sentAt }: SentryHook): Interpretation {
  const parsed = parseWith(alertSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, data } = parsed.value
  const { metric_alert: alert } = data
  const notes: string[] = []
  const time = (field: 'date_started' | 'date_detected' | 'date_closed') =>
    readTime(alert[field], `data.metric_alert.${field}`, receivedAt, notes)
  const said = { ...described(data), at: sentAt, count: 0 }
  if (action === 'resolved') return told([{ ...said, status: 'fixed', at: time('date_closed') ?? sentAt }], notes)
  if (action !== 'critical' && action !== 'warning')
    return ignored(`The alert action "${cleanLine(action, 40)}" changes nothing that is kept here.`)
  const startedAt = time('date_started')
  const seen: DefectEvent = {
    ...said,
    severity: severityOfWord(action),
    severityWord: action,
    status: 'open',
    occurredAt: startedAt ?? sentAt,
    detectedAt: time('date_detected'),
    count: 1,
    // From warning to critical it is the same occurrence.
    sighting: 'began',
  }
  return told([seen], notes)
}

function described({ description_text: words, description_title: heading, web_url: url, metric_alert: alert }: Alert) {
  const rule = alert.alert_rule
  const named = [...new Set(alert.projects ?? rule?.projects)]
  // One that watches several does not say which of them it is.
  const project = named.length === 1 ? named[0] : undefined
  const environment = typeof rule?.environment === 'string' ? rule.environment : undefined
  return {
    type: 'defect' as const,
    origin: originOf({ project: named.join(', '), rule: rule?.name, environment }),
    key: `metric alert ${cleanLine(alert.id, 200)}`,
    title: titleOf(rule?.name, heading, alert.title),
    description: words ? cleanText(words, 20_000) : undefined,
    service: lineOf(project, 200),
    environment: lineOf(environment, 200),
    detection: 'alert' as const,
    url: webUrl(url),
  }
}

/** The heading begins with the state; the alert's own title is two words drawn by chance. */
const titleOf = (...names: readonly (string | null | undefined)[]): string =>
  names.flatMap((name) => lineOf(name?.replace(/^(?:critical|warning|resolved): /i, ''), 300) ?? [])[0] ??
  'Metric alert'
