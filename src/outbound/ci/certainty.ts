import { SENDING_MOST_MS, TRY_FOR_MS } from '../../core/emergency/dispatch.ts'
import type { FireRequest } from './trigger.ts'

/**
 * From when on a list of runs can prove that there is none. No request with the key goes out later than TRY_FOR_MS after
 * the decision and none takes longer than SENDING_MOST_MS; after that CI may still be working on the last one, or show it
 * late.
 * @param lagMs how long CI may take from the end of a request until its list surely shows the run
 */
export const isPast = ({ decidedAt }: FireRequest, lagMs: number, now: number): boolean =>
  now >= decidedAt + TRY_FOR_MS + SENDING_MOST_MS + lagMs

/** Of this server and of CI. */
const CLOCKS_APART_MS = 5 * 60_000

/** No run with the key is older, by CI's clock. */
export const earliestRun = ({ decidedAt }: FireRequest): number => decidedAt - CLOCKS_APART_MS

export const TOO_EARLY = 'No run with the key is listed yet; one may still appear.'
