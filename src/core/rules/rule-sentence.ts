import type { Severity } from '../event.ts'
import { listed } from '../text/wording.ts'
import type { Rule } from './rule.ts'

/** The whole rule in one English sentence, and how often it may fire in a second one. */
export function ruleSentence(rule: Rule): string {
  const { oncePer, aDay } = rule.caps
  const most = aDay === 1 ? 'once' : `${aDay} times`
  return `When ${conditionWords(rule)}, ${actionWords(rule)}. At most ${most} a day for a service, and once for each ${oncePer}.`
}

/** `a defect of S1 or S2 is attributed with at least 80 % to a release less than 24 h old in production` */
export function conditionWords({ trigger, conditions }: Rule): string {
  const { severity, tiers, services, releaseAgeHours, notTimeAlone } = conditions
  const defect = `a defect${severity ? ` of ${severityWords(severity)}` : ''}`
  const place = `${tiers.length > 0 ? ` in ${listed(tiers, 'or')}` : ''}${services.length > 0 ? ` of ${listed(services, 'or')}` : ''}`
  const age = releaseAgeHours === undefined ? '' : ` less than ${ageWords(releaseAgeHours)} old`
  switch (trigger.kind) {
    case 'attributed':
    case 'suspected': {
      const percent = `${Math.round(trigger.probability * 100)} %`
      const verb =
        trigger.kind === 'attributed'
          ? `is attributed with at least ${percent} to a release`
          : `is suspected with at least ${percent} to come from a release`
      return `${defect} ${verb}${age}${place}${notTimeAlone ? ', and not by the time alone' : ''}`
    }
    case 'regressed':
      return `${defect} comes back after its fix${age === '' ? '' : `, in a release${age}`}${place}`
    case 'verdict':
      return `the verdict on a release${age}${place} turns ${trigger.word === 'watch' ? 'watch or suspect' : 'suspect'}`
    case 'signal':
      return `a service${place} is seen to do slowly worse`
  }
}

/** `page on-call and draft an emergency release` */
export function actionWords({ actions }: Rule): string {
  const words = [
    ...(actions.notify ? ['page on-call'] : []),
    ...(actions.draft && !actions.rollback ? ['draft an emergency release'] : []),
    ...(actions.rollback ? ['draft an emergency release and fire the rollback where that is switched on'] : []),
  ]
  return listed(words, 'and')
}

/** `S1`, `S1 or S2`, `S1 to S3`. */
export function severityWords(most: Severity): string {
  if (most === 'S1') return 'S1'
  return most === 'S2' ? 'S1 or S2' : `S1 to ${most}`
}

export const ageWords = (hours: number): string =>
  hours % 24 === 0 && hours > 72 ? `${hours / 24} days` : `${hours} h`
