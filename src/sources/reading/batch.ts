import type { Interpretation } from '../../core/event.ts'
import { ignored, told } from '../interpretation.ts'

/** What a person reads of a delivery; the rest says the same. */
const MOST_SAID = 100

/**
 * The events of a batch stand for themselves, so a bad one does not keep the good ones back: it becomes a remark. Only
 * when none is good is the whole unreadable or ignored.
 *
 * @param under where the batch stands in the body, as in `alerts`; empty when it is the body
 * @param noun what one of them is called, as in `Event`
 */
export function together(made: readonly Interpretation[], under: string, noun: string): Interpretation {
  if (made.length === 0) return ignored(`There is no ${noun.toLowerCase()} in it.`)
  const events = made.flatMap((one) => (one.kind === 'events' ? one.events : []))
  const at = (i: number, path: string) => [under, String(i), path].filter((part) => part !== '').join('.')
  const problems = made.flatMap((one, i) =>
    one.kind === 'unreadable' ? one.problems.map(({ path, message }) => ({ path: at(i, path), message })) : [],
  )
  if (events.length === 0 && problems.length > 0) return { kind: 'unreadable', problems: problems.slice(0, MOST_SAID) }
  const reasons = [...new Set(made.flatMap((one) => (one.kind === 'ignored' ? [one.reason] : [])))]
  if (events.length === 0) return ignored(reasons.slice(0, 5).join(' '))
  const notes = [
    ...problems.map(({ path, message }) => `${noun} ${path}: ${message}.`),
    ...reasons.map((reason) => `Ignored: ${reason}`),
    ...made.flatMap((one) => (one.kind === 'events' ? (one.notes ?? []) : [])),
  ]
  return told(events, notes.slice(0, MOST_SAID))
}
