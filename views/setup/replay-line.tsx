import { CsrfField } from '../components/form-parts.tsx'
import { Note } from '../components/page-parts.tsx'
import { counted } from '../format.ts'
import { namesPath } from '../paths.ts'

/** Whether past deliveries of a source are read by what is said of its names now. */
export interface ReplayState {
  /** What is said changed since they were read last. */
  readonly isBehind: boolean
  /** Deliveries that a reading under way has still to do. */
  readonly left: number
  /** Deliveries that a reading would go through. */
  readonly past: number
}

export interface ReplayLineProps {
  readonly slug: string
  readonly replay: ReplayState
  readonly mayMap: boolean
  readonly csrfToken: string
}

/** Follows a reading under way by itself. */
export function ReplayLine({ slug, replay, mayMap, csrfToken }: ReplayLineProps) {
  return (
    <div
      id="replay"
      role="status"
      hx-get={`${namesPath(slug)}/replay`}
      hx-trigger="deliveries from:body"
      hx-target="this"
      hx-swap="outerHTML"
      hx-sync="this:drop"
    >
      <ReplayWords slug={slug} replay={replay} mayMap={mayMap} csrfToken={csrfToken} />
    </div>
  )
}

function ReplayWords({ slug, replay: { isBehind, left, past }, mayMap, csrfToken }: ReplayLineProps) {
  if (left > 0 && !isBehind)
    return <Note>Past deliveries are being read again: {counted(left, 'delivery', 'deliveries')} left.</Note>
  if (!isBehind || past === 0) return null
  return (
    <Note tone="watch">
      <p>
        What you changed holds for what arrives from now on.{' '}
        {counted(past, 'past delivery was', 'past deliveries were')} read by what was said before.
      </p>
      {mayMap ? (
        <form class="mt8" method="post" action={`${namesPath(slug)}/replay`} hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <button type="submit" class="btn">
            Apply to {counted(past, 'past delivery', 'past deliveries')}
          </button>
        </form>
      ) : null}
    </Note>
  )
}
