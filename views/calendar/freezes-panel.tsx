import { type FreezeState, freezeEnd, freezeState } from '../../src/core/time/freeze.ts'
import type { FreezeRow } from '../../src/store/deployments/freezes.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Empty, Panel, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'

interface FreezesPanelProps {
  readonly freezes: readonly FreezeRow[]
  readonly mayFreeze: boolean
  readonly now: number
}

const STATES: Record<FreezeState, { readonly word: string; readonly icon: IconName; readonly tone: string }> = {
  planned: { word: 'Planned', icon: 'ring-dashed', tone: 'na' },
  'in force': { word: 'In force', icon: 'snowflake', tone: 'acc' },
  over: { word: 'Over', icon: 'check-ring', tone: 'na' },
  cancelled: { word: 'Cancelled', icon: 'ring-slash', tone: 'na' },
}

export function FreezeStateBadge({ state }: { state: FreezeState }) {
  const { word, icon, tone } = STATES[state]
  return (
    <span class={`vd ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

export function FreezesPanel({ freezes, mayFreeze, now }: FreezesPanelProps) {
  return (
    <Panel
      id="freezes"
      title="Freezes"
      hint="this month"
      foot={freezes.length > 0 ? 'The gate for CI does not let a release pass where a freeze is in force.' : undefined}
    >
      {freezes.length === 0 ? (
        <Empty icon="snowflake">Nothing is frozen in these weeks.</Empty>
      ) : (
        <TableBox label="Freezes">
          <table class="t t-freezes">
            <caption>Freezes in these weeks, the one that begins last first</caption>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">What</th>
                <th scope="col">Reason</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {freezes.map((freeze) => {
                const state = freezeState(freeze, now)
                const isOpen = state === 'planned' || state === 'in force'
                const what = `${freeze.service ?? 'All services'} in ${freeze.environment}`
                return (
                  <tr>
                    <td>
                      <FreezeStateBadge state={state} />
                    </td>
                    <td class="m-2">
                      {mayFreeze && isOpen ? (
                        <a class="ttl" href={`/calendar/freezes/${freeze.id}`}>
                          {what}
                        </a>
                      ) : (
                        <b>{what}</b>
                      )}
                    </td>
                    <td class="m-full">{freeze.reason}</td>
                    <td class="m-2">
                      <span class="m-only-inline t3">From </span>
                      <Time at={freeze.from} now={now} />
                    </td>
                    <td class="m-2">
                      <span class="m-only-inline t3">To </span>
                      <Time at={freezeEnd(freeze)} now={now} />
                    </td>
                    <td class="m-full">
                      {freeze.createdBy}
                      {freeze.changedBy ? <span class="sub2"> changed by {freeze.changedBy}</span> : null}
                      {freeze.endedBy ? <span class="sub2"> ended by {freeze.endedBy}</span> : null}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}
