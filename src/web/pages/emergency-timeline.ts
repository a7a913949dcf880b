import { stateWord, stepSentence } from '../../core/emergency/words.ts'
import { plainMarkdown } from '../../core/text/markdown.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Emergency, EmergencyDefect, EmergencyStep } from '../../store/emergency/emergencies.ts'
import type { Attempt } from '../../store/emergency/emergency-dispatches.ts'

/** What happened, for the review: seconds, UTC, and who said it. */
export function timelineMarkdown(
  emergency: Emergency,
  {
    steps,
    attempts,
    defects,
  }: {
    readonly steps: readonly EmergencyStep[]
    readonly attempts: readonly Attempt[]
    readonly defects: readonly EmergencyDefect[]
  },
): string {
  const act = emergency.strategy === 'rollback' ? 'Roll back' : 'Hotfix'
  const events = [
    ...steps.map((step) => ({ at: step.at, order: 0, text: stepSentence(step) })),
    ...attempts.map((one) => ({
      at: one.beganAt,
      order: 1,
      text: `${one.kind === 'fire' ? 'Request' : 'Look'} ${one.number} for ${one.key}: ${one.outcome ?? 'no end known'}${one.detail ? ` (${one.detail})` : ''}`,
    })),
  ].sort((a, b) => a.at - b.at || a.order - b.order)
  const line = plainMarkdown
  return [
    `# ER-${emergency.id}: ${act} ${line(emergency.service)} in ${line(emergency.environment)} to ${line(emergency.targetVersion)}`,
    '',
    `${stateWord[emergency.state]}. Opened ${seconds(emergency.openedAt)} by ${line(emergency.openedName)}${emergency.endedAt === undefined ? '' : `, ended ${seconds(emergency.endedAt)}`}.`,
    '',
    `Reason: ${line(emergency.reason)}`,
    '',
    ...(defects.length > 0
      ? ['Defects:', '', ...defects.map(({ id, severity, title }) => `- PF-${id} (${severity}) ${line(title)}`), '']
      : []),
    'Timeline (UTC):',
    '',
    ...events.map(({ at, text }) => `- ${seconds(at)} ${line(text)}`),
    '',
  ].join('\n')
}

const seconds = (at: number): string =>
  formatInstant(at)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')
