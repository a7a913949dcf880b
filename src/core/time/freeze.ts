/** A stretch of time in which nothing is to be deployed to an environment, by the word of a person. */
export interface Freeze {
  /** undefined: all services. */
  readonly service: string | undefined
  readonly environment: string
  /** Half-open, epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly reason: string
  /** When somebody ended it before its time; before `from`: it never came into force. */
  readonly endedAt: number | undefined
}

export type FreezeState = 'planned' | 'in force' | 'over' | 'cancelled'

/** When it ends in fact. */
export const freezeEnd = ({ to, endedAt }: Pick<Freeze, 'to' | 'endedAt'>): number => Math.min(to, endedAt ?? to)

export function freezeState(freeze: Pick<Freeze, 'from' | 'to' | 'endedAt'>, now: number): FreezeState {
  if (freeze.endedAt !== undefined && freeze.endedAt <= freeze.from) return 'cancelled'
  if (now >= freezeEnd(freeze)) return 'over'
  return now >= freeze.from ? 'in force' : 'planned'
}

/** For the gate: begins with the word that scripts look for. Times are UTC. */
export function frozenSentence({ service, environment, to, reason }: Freeze): string {
  const until = new Date(to).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z')
  return `frozen: ${service ?? 'all services'} in ${environment} until ${until}: ${reason}`
}

export interface WantedFreeze {
  readonly from: number
  readonly to: number
  readonly reason: string
}

const LONGEST_DAYS = 366
const DAY_MS = 86_400_000
export const LONGEST_REASON = 500

/** What cannot be as it is wanted; the paths are the names of its fields. */
export function freezeProblems({ from, to, reason }: WantedFreeze, now: number): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = []
  if (to <= from) problems.push({ path: 'to', message: 'must be after from' })
  else if (to <= now) problems.push({ path: 'to', message: 'is past already' })
  else if (to - from > LONGEST_DAYS * DAY_MS)
    problems.push({ path: 'to', message: `must be at most ${LONGEST_DAYS} days after from` })
  if (reason === '') problems.push({ path: 'reason', message: 'says why, for whoever is stopped by it' })
  if (reason.length > LONGEST_REASON)
    problems.push({ path: 'reason', message: `has at most ${LONGEST_REASON} characters` })
  return problems
}
