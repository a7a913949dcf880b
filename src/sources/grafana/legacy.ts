import { z } from 'zod'
import type { DefectEvent, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told } from '../interpretation.ts'
import { readJson } from '../reading/json.ts'
import { severityOfWord } from '../reading/labels.ts'
import { originOf } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, webUrl } from '../reading/payload.ts'
import { labelled, placeIn, type Tags, tagNamed, tagsOf } from '../reading/tags.ts'

/** Alerts of dashboards, as Grafana had them until its version 9: one rule, one state, no time. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)
const tags = z.record(z.string(), z.unknown()).nullish().transform(tagsOf)

const alertSchema = z.object({
  ruleId: id.nullish(),
  ruleName: z.string().min(1),
  orgId: id.nullish(),
  state: z.string(),
  message: text,
  ruleUrl: text,
  tags,
  evalMatches: listOf(z.object({ tags })).nullish(),
})

export function readLegacyAlert(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(alertSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { ruleId, ruleName, orgId, state, message, ruleUrl, tags: labels, evalMatches } = parsed.value
  const key = cleanLine(`rule ${orgId ?? ''} ${ruleId ?? ruleName}`, 400)
  if (state === 'ok') return told([{ type: 'defect', key, status: 'fixed', at: receivedAt, count: 0 }], [])
  if (state !== 'alerting') return ignored(reasonToIgnore(state))
  const lists: readonly Tags[] = [labels, ...(evalMatches ?? []).slice(0, 20).map((match) => match.tags)]
  const severityWord = lineOf(tagNamed(lists, ['severity', 'priority', 'level']), 100)
  const seen: DefectEvent = {
    type: 'defect',
    origin: originOf(labelled(labels)),
    key,
    title: lineOf(ruleName, 300) ?? `Rule ${cleanLine(ruleId ?? '', 100)}`,
    description: message ? cleanText(message, 20_000) : undefined,
    ...placeIn(...lists),
    detection: 'alert',
    severity: severityOfWord(severityWord ?? ''),
    severityWord,
    status: 'open',
    url: webUrl(ruleUrl),
    at: receivedAt,
    occurredAt: receivedAt,
    detectedAt: receivedAt,
    count: 1,
  }
  return told([seen], [])
}

function reasonToIgnore(state: string): string {
  const word = cleanLine(state, 40)
  return state === 'no_data'
    ? 'The rule had no data to judge, which is no defect.'
    : `The state "${word}" neither begins nor ends an alert.`
}

/** `alerting`, `ok` and the others, for the list. */
export function legacyState(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const state = json.ok ? (json.value as { state?: unknown } | null)?.state : undefined
  return typeof state === 'string' && /^[a-z_]{1,40}$/.test(state) ? state : undefined
}
