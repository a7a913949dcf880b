import { useZone } from '../components/zone.tsx'
import { formatDayAndTime } from '../format.ts'

/** The day and the time, however near: a report is read at any later time. */
export function ReportTime({ at, madeAt }: { at: number; madeAt: number }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={iso} class="nw">
      {formatDayAndTime(at, madeAt, useZone())}
    </time>
  )
}
