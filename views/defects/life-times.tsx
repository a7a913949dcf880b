import {
  type DecidedTimes,
  type DefectTimes,
  deciderOf,
  TIME_NAMES,
  type TimeName,
} from '../../src/core/defect/defect-times.ts'
import { fieldTime } from '../../src/core/time/time-zone.ts'
import { Icon } from '../components/icon.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { ActionForm, type ActionProps, Refused } from './actions.tsx'

/** The instants of a defect's life, and the form that sets one of them. */
export interface LifeTimes {
  readonly times: DefectTimes
  /** What people said of them. */
  readonly decided: DecidedTimes | undefined
}

export const TIME_WORDS: Readonly<Record<TimeName, string>> = {
  occurred: 'Occurred',
  detected: 'Detected',
  reported: 'Reported',
  acknowledged: 'Acknowledged',
  mitigated: 'Mitigated',
  resolved: 'Resolved',
}

export function LifeTime({ times, decided, name, now }: LifeTimes & { name: TimeName; now: number }) {
  const at = times[name]
  const set = deciderOf(times, decided, name)
  if (at === undefined) return <span class="t3">{name === 'mitigated' ? 'Nobody said' : 'Not yet'}</span>
  return (
    <>
      <TimeAndAge at={at} now={now} />
      {set ? <span class="t3">, said {set.by}</span> : null}
    </>
  )
}

interface TimesMenuProps extends Pick<ActionProps, 'id' | 'csrfToken' | 'refused'> {
  readonly times: DefectTimes
}

export function TimesMenu({ id, csrfToken, refused, times }: TimesMenuProps) {
  const given = refused?.action === 'times' ? refused.given : undefined
  // Most defects lack this one, and nothing but a person may know it.
  const chosen = TIME_NAMES.find((name) => name === given?.('time')) ?? 'mitigated'
  const held = times[chosen]
  const zone = useZone()
  return (
    <details class="drop" open={given !== undefined}>
      <summary class="btn sm">
        Set a time
        <Icon name="chevron-down" small />
      </summary>
      <div class="pop pad">
        <ActionForm id={id} action="times" csrfToken={csrfToken}>
          <Refused refused={refused} action="times" />
          <div class="fld">
            <label for="time-name">Time</label>
            <select id="time-name" name="time">
              {TIME_NAMES.map((name) => (
                <option value={name} selected={name === chosen}>
                  {TIME_WORDS[name]}
                </option>
              ))}
            </select>
          </div>
          <div class="fld">
            <label for="time-at">When ({zone})</label>
            <input
              id="time-at"
              name="at"
              type="datetime-local"
              aria-describedby="time-hint"
              value={given ? given('at') : held === undefined ? '' : fieldTime(held, zone)}
            />
            <p class="hint" id="time-hint">
              Empty: what was set is taken back, and the sources’ word holds.
            </p>
          </div>
          <button type="submit" class="btn pri full">
            Set time
          </button>
        </ActionForm>
      </div>
    </details>
  )
}
