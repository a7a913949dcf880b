import { tickDays, YEAR_DAYS } from '../../src/core/verdict/discovery-window.ts'
import { formatDuration } from '../format.ts'

const DAY_MS = 86_400_000

/** Of whole years in years, so that the marks of an axis are alike. */
export const ageText = (days: number): string =>
  days > 0 && days % YEAR_DAYS === 0 ? `${days / YEAR_DAYS} y` : formatDuration(Math.round(days * DAY_MS))

/** The ages of releases below a plot of so many days; phones leave every other one out. */
export const AgeTicks = ({ days, y }: { days: number; y: number }) => (
  <>
    {tickDays(days).map((age, i) => (
      <text
        class={i % 2 === 1 ? 'x-odd' : ''}
        x={percentOf(age, days)}
        y={y}
        text-anchor={i === 0 ? 'start' : age / days > 0.94 ? 'end' : 'middle'}
      >
        {age === 0 ? 'Live' : ageText(age)}
      </text>
    ))}
  </>
)

/** Where an age lies in the plot. */
export const percentOf = (age: number, days: number): string => `${Math.round((age / days) * 10_000) / 100}%`
