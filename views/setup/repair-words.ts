import type { LookProblem, LookResult } from '../../src/core/inbound/gap-repair.ts'
import { refusalSentence } from '../../src/core/outbound-rule.ts'
import { clockTime, counted } from '../format.ts'

/** What a look at GitHub's log found, in sentences. */
export function foundSentence({ missing, lost, givenUp, cutShort }: LookResult): string {
  const parts = [
    missing === 0
      ? 'Nothing that can still be had is missing.'
      : `${counted(missing, 'delivery is', 'deliveries are')} missing.`,
    lost > 0 ? `GitHub counts ${lost} of them as taken: they were lost here, or another server answers.` : '',
    givenUp > 0 ? `${counted(givenUp, 'delivery', 'deliveries')} did not come, however often asked for.` : '',
    cutShort ? 'The log goes on further than one look reads.' : '',
  ]
  return parts.filter(Boolean).join(' ')
}

/** What went wrong, and what to do about it; times on the clock of `zone`. */
export function problemSentence(problem: LookProblem, slug: string, zone: string): string {
  switch (problem.kind) {
    case 'unauthorised':
      return 'GitHub refuses the token: it is unknown, has expired, or may not read and redeliver this webhook.'
    case 'not-found':
      return 'GitHub has no such webhook, or none that this token may see.'
    case 'moved':
      return 'The webhook has moved, as when a repository is renamed: turn repair on again with its new address.'
    case 'rate-limited':
      return `GitHub allows no more calls until ${clockTime(problem.until, zone)}.`
    case 'failed':
      return `GitHub answered with status ${problem.status}.`
    case 'unreachable':
      return `GitHub could not be reached: ${UNREACHABLE[problem.why] ?? problem.why}.`
    case 'refused':
      return refusalSentence(problem.refusal)
    case 'unreadable':
      return `GitHub’s answer could not be read: ${problem.what}.`
    case 'elsewhere':
      return `The webhook delivers to ${problem.host || 'another address'}, not to an address that ends in /hooks/${slug}, so nothing is asked for.`
    case 'switched-off':
      return 'The webhook is switched off at GitHub, so nothing is delivered.'
    case 'broken':
      return 'The look failed here; the server’s log says how.'
  }
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  name: 'its name is not known here',
  connection: 'no connection',
  tls: 'its certificate does not hold',
  time: 'no answer in time',
  stopped: 'the look took too long',
}
