import { EVENT_WORDS } from '../../src/core/notifications/announcement.ts'
import type { Channel } from '../../src/store/notifications/channels.ts'
import type { Question } from '../components/confirm-page.tsx'
import { Age, Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import { channelPath } from '../paths.ts'

/** Whether nobody is to be told there any more. */
export const removeChannelQuestion = (channel: Channel, kindLabel: string, now: number): Question => {
  const { id, name, shown, enabled, subscription, lastSentAt, savedAt, savedName } = channel
  const { events, services, environments } = subscription
  return {
    title: `Remove the channel ‘${name}’?`,
    facts: [
      ['Goes to', `${shown} (${kindLabel})`],
      ['State', enabled ? 'On' : 'Off'],
      ['Tells of', events.map((event) => EVENT_WORDS[event]).join('; ') || 'nothing'],
      [
        'Only of',
        [
          ...(services.length > 0 ? [counted(services.length, 'service')] : []),
          ...(environments.length > 0 ? [counted(environments.length, 'environment')] : []),
        ].join(', ') || undefined,
      ],
      ['Last sent', lastSentAt === undefined ? 'never' : <Age at={lastSentAt} now={now} />],
      [
        'Saved',
        <>
          <Time at={savedAt} now={now} /> by {savedName}
        </>,
      ],
    ],
    happens:
      'Nobody is told there any more. What waits to be sent there is not sent, and the record of what was told there is deleted with its address and key.',
    stays: 'Other channels go on, and rules that page stay. To stop it for a while, switch it off instead.',
    verb: 'Remove',
    button: `Remove ‘${name}’`,
    mustType: name,
    back: channelPath(id),
  }
}
