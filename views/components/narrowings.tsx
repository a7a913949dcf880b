import { formatDayAndTime } from '../format.ts'
import { Icon } from './icon.tsx'
import { useZone } from './zone.tsx'

/** A part of a filter that no menu picks: it came with the link of a number. */
export interface NarrowingProps {
  /** As in "First seen". */
  readonly text: string
  /** Epoch ms, half-open. */
  readonly span?: { readonly from?: number | undefined; readonly to?: number | undefined } | undefined
  readonly at?: number | undefined
  /** After the span. */
  readonly more?: string | undefined
  /** The parameters that say it, kept when a menu is changed. */
  readonly kept: readonly { readonly name: string; readonly value: string }[]
  /** The same list without it. */
  readonly without: string
}

/** Inside the form of the filters; each can be taken off by a link. */
export function Narrowings({ narrowings, now }: { narrowings: readonly NarrowingProps[]; now: number }) {
  const zone = useZone()
  const words = (at: number) => formatDayAndTime(at, now, zone)
  return (
    <>
      {narrowings.map(({ text, span, at, more, kept, without }) => {
        const from = span?.from === undefined ? '' : ` from ${words(span.from)}`
        const to = span?.to === undefined ? '' : `${from ? ' to' : ' before'} ${words(span.to)}`
        const then = at === undefined ? '' : ` ${words(at)}`
        const said = `${text}${then}${from}${to}${more ? `, ${more}` : ''}`
        const instants = [span?.from, span?.to, at].flatMap((one) =>
          one === undefined ? [] : new Date(one).toISOString(),
        )
        return (
          <span class="narrowing" title={instants.join(' to ')}>
            {kept
              .filter(({ value }) => value !== '')
              .map(({ name, value }) => (
                <input type="hidden" name={name} value={value} />
              ))}
            <b>{said}</b>
            <a href={without} aria-label={`Without: ${said}`}>
              <Icon name="close" small />
            </a>
          </span>
        )
      })}
    </>
  )
}
