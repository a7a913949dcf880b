import { formatAge, formatDay, formatDuration, formatInstant, formatSince } from '../format.ts'
import { useZone } from './zone.tsx'

const iso = (at: number): string => new Date(at).toISOString()

/** An instant in short on the reader's clock, in full (UTC) in its title. */
export function Time({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={iso(at)} title={iso(at)} class="nw">
      {formatInstant(at, now, useZone())}
    </time>
  )
}

/** The day alone. */
export function Day({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={iso(at)} title={iso(at)} class="nw">
      {formatDay(at, now, useZone())}
    </time>
  )
}

/** `32 min ago`; ticks in the browser. */
export function Age({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={iso(at)} title={iso(at)} data-age={at} class="t3 nw">
      {formatAge(at, now)}
    </time>
  )
}

/** `02:42` with `32 min ago` in grey beside it. */
export function TimeAndAge({ at, now }: { at: number; now: number }) {
  return (
    <span class="nw">
      <Time at={at} now={now} /> <Age at={at} now={now} />
    </span>
  )
}

/** A span that is over: `38 ms`, `9 h 26 min`. */
export function Duration({ ms }: { ms: number }) {
  return <span class="nw">{formatDuration(ms)}</span>
}

/** A span that still grows, such as how long a release has been live; ticks in the browser. */
export function Since({ at, now }: { at: number; now: number }) {
  return (
    <time datetime={iso(at)} title={iso(at)} data-since={at} class="nw">
      {formatSince(now - at)}
    </time>
  )
}
