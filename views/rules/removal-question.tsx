import { ruleSentence } from '../../src/core/rules/rule-sentence.ts'
import type { RuleRow } from '../../src/store/rules/rules.ts'
import type { Question } from '../components/confirm-page.tsx'
import { Age, Time } from '../components/time.tsx'
import { COUNTED_AT_MOST, formatCapped } from '../format.ts'
import { firingsPath } from '../paths.ts'

/**
 * Whether a rule is to watch no more.
 * @param fired how often it ever did, counted up to one more than what is counted at most
 */
export function removeRuleQuestion(
  row: RuleRow,
  {
    fired,
    lastFiredAt,
    now,
  }: { readonly fired: number; readonly lastFiredAt: number | undefined; readonly now: number },
): Question {
  const { id, name, isOn, mutedUntil, rule, savedAt, savedName } = row
  return {
    title: `Remove the rule ‘${name}’?`,
    facts: [
      ['It says', ruleSentence(rule)],
      ['State', isOn ? (mutedUntil !== undefined && mutedUntil > now ? 'On, muted' : 'On') : 'Off'],
      [
        'Has fired',
        fired === 0 ? (
          'never'
        ) : (
          <a href={`${firingsPath(id, { outcome: 'fired' })}#firings`}>
            {fired === 1 ? 'once' : `${formatCapped(fired, COUNTED_AT_MOST)} times`}
          </a>
        ),
      ],
      ['Last', lastFiredAt === undefined ? undefined : <Age at={lastFiredAt} now={now} />],
      [
        'Saved',
        <>
          {savedAt > 0 ? <Time at={savedAt} now={now} /> : null} by {savedName}
        </>,
      ],
    ],
    happens: 'It watches nothing from now on, and is not listed any more; nor is what it did and held back.',
    stays:
      'Messages it sent and emergency releases it opened stay. To stop it for a while, mute it or switch it off instead.',
    verb: 'Remove',
    button: `Remove ‘${name}’`,
    back: `/rules/${id}`,
  }
}
