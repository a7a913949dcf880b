import type { Origin } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'

const MOST = 50

/** The sender's names for what an event is about; those that are absent or empty are left out, undefined if all are. */
export function originOf(names: Readonly<Record<string, string | number | null | undefined>>): Origin | undefined {
  const kept = Object.entries(names)
    .map(([name, value]) => [cleanLine(name, 100), cleanLine(String(value ?? ''), 200)] as const)
    .filter(([name, value]) => name !== '' && name !== '__proto__' && value !== '')
  return kept.length > 0 ? Object.fromEntries(kept.slice(0, MOST)) : undefined
}

/** Labels of the form `team: payments`, `team/payments`, `team=payments`, `team::payments` as `label.team`; `labels` are all. */
export function labelNames(labels: readonly string[]): Record<string, string> {
  const named = labels.flatMap((label) => {
    const [, name, value] = /^([\w.-]+)\s*(?:::?|[/=])\s*(\S.*)$/.exec(label.trim()) ?? []
    return name === undefined || value === undefined ? [] : [[`label.${name.toLowerCase()}`, value] as const]
  })
  // Of two with the same name the first counts, as everywhere with labels.
  return { labels: labels.join(', '), ...Object.fromEntries(named.reverse()) }
}
