import type { EnvironmentTier, Severity } from '../event.ts'
import { cleanLine } from '../text/text.ts'
import { type Rule, TRIGGER_KINDS, type Trigger } from './rule.ts'

export type ReadRule =
  | { readonly ok: true; readonly rule: Rule }
  /** By the names of the form's fields. */
  | { readonly ok: false; readonly problems: Readonly<Record<string, string>> }

/** A rule as a form or a stored row has it, each value as text. */
export interface WrittenRule {
  readonly trigger: string
  /** In hundredths. */
  readonly probability: string
  readonly verdict: string
  readonly severity: string
  readonly releaseAgeHours: string
  readonly tiers: readonly string[]
  readonly services: string
  readonly notTimeAlone: boolean
  readonly notify: boolean
  readonly channels: readonly string[]
  readonly draft: boolean
  readonly rollback: boolean
  readonly aDay: string
  readonly oncePer: string
}

export const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
export const TIERS: readonly EnvironmentTier[] = ['production', 'staging', 'testing', 'development', 'other']
const MOST_SERVICES = 50
const MOST_HOURS = 90 * 24
export const MOST_A_DAY = 50

/** A rule out of what somebody wrote, or what is wrong with it. */
export function readRule(written: WrittenRule): ReadRule {
  const problems: Record<string, string> = {}
  const number = (field: 'probability' | 'releaseAgeHours' | 'aDay', low: number, high: number): number => {
    const text = written[field].trim()
    const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
    if (value >= low && value <= high) return value
    problems[field] = `Give a whole number from ${low} to ${high}.`
    return low
  }
  const kind = TRIGGER_KINDS.find((one) => one === written.trigger)
  if (!kind) problems.trigger = 'Choose what the rule waits for.'
  const isOfDefect = kind === 'attributed' || kind === 'suspected' || kind === 'regressed'
  const trigger: Trigger =
    kind === 'attributed' || kind === 'suspected'
      ? { kind, probability: number('probability', 1, 100) / 100 }
      : kind === 'verdict'
        ? { kind, word: written.verdict === 'watch' ? 'watch' : 'suspect' }
        : { kind: kind ?? 'regressed' }
  const tiers = TIERS.filter((tier) => written.tiers.includes(tier))
  const services = [
    ...new Set(
      written.services
        .split(/[\n,]/)
        .map((name) => cleanLine(name, 200))
        .filter((name) => name !== ''),
    ),
  ]
  if (services.length > MOST_SERVICES) problems.services = `Name at most ${MOST_SERVICES} services.`
  const hasRelease = kind !== 'signal'
  const releaseAgeHours =
    hasRelease && written.releaseAgeHours.trim() !== '' ? number('releaseAgeHours', 1, MOST_HOURS) : undefined
  const { notify, draft, rollback } = written
  const channels = [...new Set(written.channels.filter((id) => /^[1-9]\d{0,14}$/.test(id)).map(Number))]
  if (!notify && !draft && !rollback) problems.notify = 'Choose at least one thing that it does.'
  if (rollback && !(kind === 'attributed' || kind === 'verdict'))
    problems.rollback = 'A rollback is fired only for an attributed defect or a verdict.'
  if ((draft || rollback) && kind === 'signal') problems.draft = 'A signal names no release to go back from.'
  if (rollback && !(tiers.length > 0)) problems.tiers = 'Say in which environments it may roll back.'
  const severity = isOfDefect ? SEVERITIES.find((one) => one === written.severity) : undefined
  const rule: Rule = {
    trigger,
    conditions: {
      ...(severity && { severity }),
      ...(releaseAgeHours !== undefined && { releaseAgeHours }),
      tiers,
      services,
      notTimeAlone: written.notTimeAlone && (kind === 'attributed' || kind === 'suspected'),
    },
    actions: { notify, channels: notify ? channels : [], draft, rollback },
    caps: { aDay: number('aDay', 1, MOST_A_DAY), oncePer: written.oncePer === 'defect' ? 'defect' : 'release' },
  }
  return Object.keys(problems).length > 0 ? { ok: false, problems } : { ok: true, rule }
}

/** The same rule as its form has it. */
export const writeRule = ({ trigger, conditions, actions, caps }: Rule): WrittenRule => ({
  trigger: trigger.kind,
  probability: 'probability' in trigger ? String(Math.round(trigger.probability * 100)) : '80',
  verdict: trigger.kind === 'verdict' ? trigger.word : 'suspect',
  severity: conditions.severity ?? '',
  releaseAgeHours: conditions.releaseAgeHours === undefined ? '' : String(conditions.releaseAgeHours),
  tiers: conditions.tiers,
  services: conditions.services.join('\n'),
  notTimeAlone: conditions.notTimeAlone,
  ...actions,
  channels: actions.channels.map(String),
  aDay: String(caps.aDay),
  oncePer: caps.oncePer,
})
