import type { Severity } from '../../core/event.ts'

/** What trackers' labels mean to us. The table is in docs/sources/github.md. */

const SEVERITY_OF_WORD: Readonly<Record<string, Severity>> = {
  fatal: 'S1',
  critical: 'S1',
  blocker: 'S1',
  urgent: 'S1',
  highest: 'S1',
  emergency: 'S1',
  high: 'S2',
  major: 'S2',
  error: 'S2',
  medium: 'S3',
  moderate: 'S3',
  normal: 'S3',
  warning: 'S3',
  low: 'S4',
  lowest: 'S4',
  minor: 'S4',
  trivial: 'S4',
  info: 'S4',
  debug: 'S4',
}
/** Severities are counted from 1 (0 is as bad), priorities from 0: `sev1` is the worst, `P1` comes after `P0`. */
const SEVERITY_OF_LEVEL: readonly Severity[] = ['S1', 'S1', 'S2', 'S3', 'S4', 'S4']
const SEVERITY_OF_PRIORITY: readonly Severity[] = ['S1', 'S2', 'S3', 'S4', 'S4', 'S4']

/** These say how bad without the word severity or priority beside them. */
const PLAIN_WORDS = new Set(['critical', 'blocker', 'urgent'])
const DEFECT_WORDS = new Set(['bug', 'defect', 'incident', 'regression', 'outage'])

/** Severity of a word or level on its own: `high`, `P0`, `sev-2`, `S3`; undefined for anything else. */
export function severityOfWord(text: string): Severity | undefined {
  const words = wordsOf(text)
  const [only] = words
  return (words.length === 1 && only !== undefined ? severityByName(only) : undefined) ?? severityOfLabel(text)
}

/** The same where priorities are counted from 1, as on-call tools do: `P1` is the worst there is. */
export function severityOfCallPriority(text: string): Severity | undefined {
  const number = /^\s*P([1-5])\s*$/i.exec(text)?.[1]
  return number === undefined ? severityOfWord(text) : SEVERITY_OF_LEVEL[Number(number)]
}

/** The worst that any label says; undefined when none says anything. */
export const severityOfLabels = (labels: readonly string[]): Severity | undefined =>
  labels.flatMap((label) => severityOfLabel(label) ?? []).sort()[0]

/** The label that says so, in the sender's words. */
export function severityLabel(labels: readonly string[]): string | undefined {
  const worst = severityOfLabels(labels)
  return worst === undefined ? undefined : labels.find((label) => severityOfLabel(label) === worst)
}

/** Whether one of the labels calls it a fault: bug, defect, incident, regression, outage, or any severity. */
export const hasDefectLabel = (labels: readonly string[]): boolean =>
  labels.some((label) => {
    const words = wordsOf(label)
    if (words.includes('not') || words.includes('no')) return false
    return words.some((word) => DEFECT_WORDS.has(word)) || saysSeverity(words)
  })

/** The value of the first label of the form `name: value`, `name::value`, `name/value` or `name=value`. */
export const labelValue = (labels: readonly string[], names: readonly string[]): string | undefined =>
  labelValues(labels, names)[0]

/** The values of all of them, in the order of the labels. */
export const labelValues = (labels: readonly string[], names: readonly string[]): string[] =>
  labels.flatMap((label) => {
    const [, name, value] = /^([\w-]+)\s*(?:::?|[/=])\s*(\S.*)$/.exec(label.trim()) ?? []
    return name !== undefined && value !== undefined && names.includes(name.toLowerCase()) ? [value] : []
  })

function severityOfLabel(label: string): Severity | undefined {
  const words = wordsOf(label)
  const [, letter, digit] = words.map((word) => /^(p|s|sev|prio|priority|severity)(\d)$/.exec(word)).find(Boolean) ?? []
  if (letter !== undefined) return byNumber(letter.startsWith('p'), Number(digit))
  if (saysSeverity(words)) return bySaying(words, false)
  if (words.some((word) => word === 'priority' || word === 'prio')) return bySaying(words, true)
  const plain = words.length === 1 ? words[0] : undefined
  return plain !== undefined && PLAIN_WORDS.has(plain) ? SEVERITY_OF_WORD[plain] : undefined
}

function bySaying(words: readonly string[], isPriority: boolean): Severity | undefined {
  for (const word of words) {
    const severity = /^\d$/.test(word) ? byNumber(isPriority, Number(word)) : severityByName(word)
    if (severity) return severity
  }
  return undefined
}

const severityByName = (word: string): Severity | undefined =>
  Object.hasOwn(SEVERITY_OF_WORD, word) ? SEVERITY_OF_WORD[word] : undefined

const byNumber = (isPriority: boolean, number: number): Severity | undefined =>
  (isPriority ? SEVERITY_OF_PRIORITY : SEVERITY_OF_LEVEL)[number]

const saysSeverity = (words: readonly string[]): boolean => words.some((word) => /^(sev|severity)\d?$/.test(word))

/** Lower-case words and numbers; `type: Bug`, `kind/bug` and `type_bug` all hold the word bug. */
const wordsOf = (label: string): string[] =>
  label
    .slice(0, 100)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
