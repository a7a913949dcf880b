import { duration, percent, told } from '../attribution/words.ts'
import { listed } from '../text/wording.ts'
import type { Occurrence, Rule } from './rule.ts'
import { ageWords, severityWords } from './rule-sentence.ts'

/** One condition of a rule, held against what happened. */
export interface Reason {
  readonly holds: boolean
  readonly sentence: string
}

export interface Judgement {
  readonly fires: boolean
  /** Every condition with how it stands, those that do not hold among them. */
  readonly reasons: readonly Reason[]
}

/** Whether a rule is about what happened: every condition holds. Undefined: it waits for something else. */
export function judgeRule(rule: Rule, occurrence: Occurrence): Judgement | undefined {
  const trigger = judgeTrigger(rule, occurrence)
  if (!trigger) return undefined
  const reasons = [trigger, ...judgeConditions(rule, occurrence)]
  return { fires: reasons.every(({ holds }) => holds), reasons }
}

function judgeTrigger({ trigger }: Rule, occurrence: Occurrence): Reason | undefined {
  const { kind, defect, release, probability = 0 } = occurrence
  switch (trigger.kind) {
    case 'attributed':
    case 'suspected': {
      if (kind !== 'blamed' || !defect || !release) return undefined
      const verb = occurrence.isNamed ? 'is attributed to' : 'is only suspected to come from'
      const enough = probability >= trigger.probability
      return {
        holds: enough && (trigger.kind === 'suspected' || occurrence.isNamed === true),
        sentence: `PF-${defect.id} ${verb} ${told(release.version)} with ${percent(probability)}; ${percent(trigger.probability)} ${trigger.kind === 'attributed' && !occurrence.isNamed ? 'and an attribution are' : 'is'} asked for.`,
      }
    }
    case 'regressed':
      if (kind !== 'regressed' || !defect) return undefined
      return { holds: true, sentence: `PF-${defect.id} was seen again after its fix.` }
    case 'verdict': {
      if (kind !== 'verdict' || !release || !occurrence.verdict) return undefined
      const { verdict } = occurrence
      return {
        holds: verdict === 'suspect' || (trigger.word === 'watch' && verdict === 'watch'),
        sentence: `The verdict on ${told(release.version)} is ${verdict}.`,
      }
    }
    case 'signal':
      return kind === 'signal' && occurrence.signal ? { holds: true, sentence: occurrence.signal.sentence } : undefined
  }
}

function judgeConditions({ conditions }: Rule, occurrence: Occurrence): Reason[] {
  const { defect, release, environment, service } = occurrence
  const reasons: Reason[] = []
  if (defect) reasons.push({ holds: defect.open, sentence: `PF-${defect.id} is ${defect.open ? 'open' : 'closed'}.` })
  const { severity, tiers, services, releaseAgeHours } = conditions
  if (severity && defect)
    reasons.push({
      holds: defect.severity <= severity,
      sentence: `It is ${defect.severity}; ${severityWords(severity)} is asked for.`,
    })
  if (services.length > 0)
    reasons.push({
      holds: services.includes(service.name),
      sentence: `It is of ${service.name}; the rule is for ${listed(services, 'or')}.`,
    })
  if (tiers.length > 0)
    reasons.push({
      holds: environment !== undefined && tiers.includes(environment.tier),
      sentence: `${placeWords(environment)}; the rule is for ${listed(tiers, 'or')}.`,
    })
  if (releaseAgeHours !== undefined) reasons.push(judgeAge(releaseAgeHours, occurrence))
  if (conditions.notTimeAlone && release)
    reasons.push({
      holds: occurrence.onTimeAlone !== true,
      sentence: occurrence.onTimeAlone
        ? 'Only the time points at the release.'
        : 'More than the time points at the release.',
    })
  return reasons
}

function placeWords(environment: Occurrence['environment']): string {
  if (!environment) return 'It is not known where it happened'
  const { name, tier } = environment
  if (name === tier) return `It happened in ${name}`
  return `It happened in ${name}, which is ${tier === 'other' ? 'of no usual kind' : tier}`
}

/** Clocks of senders run apart: what is seen so long before a release came there may be of it. */
const CLOCKS_APART_MS = 5 * 60_000
const HOUR_MS = 3_600_000

function judgeAge(hours: number, { release, environment, at }: Occurrence): Reason {
  if (!release) return { holds: false, sentence: 'It is not known in which release it happened.' }
  const name = told(release.version)
  const where = environment?.name ?? 'there'
  if (release.arrivedAt === undefined)
    return { holds: false, sentence: `${name} is not known to have come to ${where}.` }
  const age = at - release.arrivedAt
  if (age < -CLOCKS_APART_MS) return { holds: false, sentence: `${name} came to ${where} after it.` }
  return {
    holds: age < hours * HOUR_MS,
    sentence: `${name} had been in ${where} for ${duration(age)}; less than ${ageWords(hours)} is asked for.`,
  }
}
