import { type OnCall, shownName } from '../../src/core/oncall/on-call.ts'
import { Time } from '../components/time.tsx'

/** Who is on call, until when, and who takes over. */
export function OnCallLine({ onCall, now }: { readonly onCall: OnCall | undefined; readonly now: number }) {
  if (!onCall) return <span class="t3">No schedule says who is on call.</span>
  const { next } = onCall
  return (
    <span>
      {onCall.now ? <b>{shownName(onCall.now.name)}</b> : <span class="t3">Nobody now</span>}
      {onCall.now?.until === undefined ? null : (
        <>
          {' '}
          until <Time at={onCall.now.until} now={now} />
        </>
      )}
      {next ? (
        <>
          , then {shownName(next.name)}
          {onCall.now?.until === next.from ? null : (
            <>
              {' '}
              from <Time at={next.from} now={now} />
            </>
          )}
        </>
      ) : null}
    </span>
  )
}
