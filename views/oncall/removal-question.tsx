import type { OnCall } from '../../src/core/oncall/on-call.ts'
import type { Question } from '../components/confirm-page.tsx'
import { Time } from '../components/time.tsx'
import { OnCallLine } from './on-call-line.tsx'

interface Asked {
  /** Undefined: of all services without one of their own. */
  readonly service: string | undefined
  readonly what: string
  readonly onCall: OnCall
  readonly savedAt: number
  readonly savedName: string
}

/**
 * Whether a schedule is to name nobody any more.
 * @param hasGeneral whether there is one of all services, besides this one
 */
export function removeScheduleQuestion(
  { service, what, onCall, savedAt, savedName }: Asked,
  { hasGeneral, now }: { readonly hasGeneral: boolean; readonly now: number },
): Question {
  const whose = service === undefined ? 'the schedule of all services' : `the schedule of ‘${service}’`
  const then = hasGeneral ? 'whoever the schedule of all services names' : 'nobody'
  return {
    title: `Remove ${whose}?`,
    facts: [
      ['On call', <OnCallLine onCall={onCall} now={now} />],
      ['It says', what],
      [
        'Saved',
        <>
          {savedAt > 0 ? <Time at={savedAt} now={now} /> : null} by {savedName}
        </>,
      ],
    ],
    happens:
      service === undefined
        ? 'From now on nobody is on call for services without a schedule of their own, and rules that page name nobody there.'
        : `From now on ${then} is on call for ${service}, and rules that page name ${hasGeneral ? 'them' : 'nobody'}.`,
    stays:
      'Other schedules stay, and so does whom it named in messages until now. Its turns, swaps and address are forgotten.',
    verb: 'Remove',
    button: `Remove ${whose}`,
    back: '/on-call',
  }
}
