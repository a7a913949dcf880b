import type { Store } from '../../store/database.ts'
import { saveSourceRate } from '../../store/sources/sources.ts'
import type { Rate } from '../intake/rate-limits.ts'

/** What was typed as a source's rate cannot be one; the message says why, for people. */
export class RateRefused extends Error {
  readonly field: 'perSecond' | 'burst'

  constructor(field: 'perSecond' | 'burst', message: string) {
    super(message)
    this.field = field
  }
}

const MOST = { perSecond: 1_000_000, burst: 10_000_000 }

/** Sets how much a source may send; both empty: what the configuration says. @throws RateRefused */
export async function setSourceRate(
  store: Store,
  sourceId: number,
  typed: { readonly perSecond: string; readonly burst: string },
  standard: Rate,
): Promise<void> {
  const perSecond = wholeNumber('perSecond', typed.perSecond, 0)
  const burst = wholeNumber('burst', typed.burst, 1)
  const rate =
    perSecond === undefined && burst === undefined
      ? undefined
      : { perSecond: perSecond ?? standard.perSecond, burst: burst ?? standard.burst }
  await store.transaction((trx) => saveSourceRate(trx, sourceId, rate))
}

function wholeNumber(field: 'perSecond' | 'burst', typed: string, least: number): number | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  const n = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (n >= least && n <= MOST[field]) return n
  throw new RateRefused(field, `Give a whole number from ${least} to ${MOST[field].toLocaleString('en')}, or nothing.`)
}
