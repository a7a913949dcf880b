import type { EmergencyState } from '../../src/core/emergency/transitions.ts'
import type { Emergency } from '../../src/store/emergency/emergencies.ts'
import { Icon } from '../components/icon.tsx'
import { useZone } from '../components/zone.tsx'
import { clockSeconds } from '../format.ts'

const STEPS = ['Opened', 'Approved', 'Building', 'Deployed', 'Verified', 'Closed'] as const

/** Which of the six is the current one; six when all are done. */
const CURRENT: Record<EmergencyState, number> = {
  requested: 0,
  approved: 1,
  building: 2,
  deploying: 2,
  verifying: 3,
  closed: 6,
  cancelled: -1,
  failed: -1,
}

/** Where it stands, in six steps. What was cancelled or failed stands at what it had reached. */
export function Stepper({ emergency }: { emergency: Emergency }) {
  const zone = useZone()
  const reached = [
    emergency.openedAt,
    emergency.approvedAt,
    undefined,
    emergency.deployedAt,
    emergency.verifiedAt,
    emergency.state === 'closed' ? emergency.endedAt : undefined,
  ]
  const ended = CURRENT[emergency.state] < 0
  const last = ended
    ? reached.reduce<number>((far, at, i) => (at === undefined ? far : i), 0)
    : emergency.verifiedAt !== undefined && emergency.state === 'verifying'
      ? 4
      : CURRENT[emergency.state]
  const name = last >= STEPS.length ? 'done' : `step ${last + 1} of 6, ${STEPS[last]}`
  return (
    <ol class="stepper" aria-label={`Progress: ${name}`}>
      {STEPS.map((text, i) => {
        const done = i < last || (ended && i <= last)
        const at = reached[i]
        return (
          <li
            class={done ? 'done' : i === last ? 'cur' : ''}
            {...(i === last && !ended ? { 'aria-current': 'step' } : {})}
          >
            <span class="dot">{done ? <Icon name="check" /> : i + 1}</span>
            <span class="tx">
              <b>{text}</b>
              <small>{at === undefined ? '' : clockSeconds(at, zone)}</small>
            </span>
          </li>
        )
      })}
    </ol>
  )
}
