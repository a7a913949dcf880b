import { type CalendarUnit, type Stretch, stretchesOver } from './calendar.ts'

/** How long a step is: milliseconds, of which each begins at a whole multiple in UTC, or a unit of the calendar. */
export type Step = number | CalendarUnit

/** A stretch of time in adjoining steps; the first and the last are cut off where it begins and ends. */
export function stepsOver(stretch: Stretch, step: Step, zone: string): Stretch[] {
  const whole = typeof step === 'number' ? multiplesOver(stretch, step) : stretchesOver(stretch, step, zone)
  return whole.map(({ from, to }) => ({ from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) }))
}

function multiplesOver({ from, to }: Stretch, ms: number): Stretch[] {
  const steps: Stretch[] = []
  for (let at = Math.floor(from / ms) * ms; at < to; at += ms) steps.push({ from: at, to: at + ms })
  return steps
}
