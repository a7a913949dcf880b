import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { saveSourceRate } from '../../store/sources/sources.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Rate } from '../intake/rate-limits.ts'
import { sourceSubject } from './source-subject.ts'

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
  { now, by = THE_SYSTEM }: Asked,
): Promise<void> {
  const perSecond = wholeNumber('perSecond', typed.perSecond, 0)
  const burst = wholeNumber('burst', typed.burst, 1)
  const rate =
    perSecond === undefined && burst === undefined
      ? undefined
      : { perSecond: perSecond ?? standard.perSecond, burst: burst ?? standard.burst }
  await store.transaction(async (trx) => {
    await saveSourceRate(trx, sourceId, rate)
    const subject = await sourceSubject(trx, sourceId)
    const change = { perSecond: rate?.perSecond ?? null, burst: rate?.burst ?? null }
    await recordAudit(trx, { actor: asActor(by), action: 'source.rate-changed', subject, change }, now)
  })
}

function wholeNumber(field: 'perSecond' | 'burst', typed: string, least: number): number | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  const n = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (n >= least && n <= MOST[field]) return n
  throw new RateRefused(field, `Give a whole number from ${least} to ${MOST[field].toLocaleString('en')}, or nothing.`)
}
