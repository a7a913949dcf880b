import { instantThere, zoneOffset } from '../time/time-zone.ts'
import type { Rotation } from './schedule.ts'

const HOUR_MS = 3_600_000
const UNIT_MS = { hours: HOUR_MS, days: 24 * HOUR_MS, weeks: 7 * 24 * HOUR_MS } as const

/** Milliseconds as if the clock of the zone were UTC. */
const startsLocally = (rotation: Rotation): number => Date.parse(`${rotation.starts}:00Z`)

/** When the turn with this number begins; the first has 0. */
export function turnBegins(rotation: Rotation, number: number): number {
  const length = rotation.every * UNIT_MS[rotation.unit]
  const local = startsLocally(rotation)
  return rotation.unit === 'hours'
    ? instantThere(local, rotation.zone) + number * length
    : instantThere(local + number * length, rotation.zone)
}

/** The number of the turn that runs then; negative before the first. */
export function turnAt(rotation: Rotation, at: number): number {
  const length = rotation.every * UNIT_MS[rotation.unit]
  let number = Math.floor((at + zoneOffset(at, rotation.zone) - startsLocally(rotation)) / length)
  // The clock may have been set between: the guess is off by one or two then.
  while (turnBegins(rotation, number) > at) number--
  while (turnBegins(rotation, number + 1) <= at) number++
  return number
}

export const nameOfTurn = ({ names }: Rotation, number: number): string | undefined =>
  number < 0 || names.length === 0 ? undefined : names[number % names.length]
