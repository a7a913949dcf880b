import { saidBetween } from '../../core/attribution/reliability.ts'
import { listJudgedSuspicions } from '../../store/attribution/reliability-queries.ts'
import type { Db } from '../../store/database.ts'

/** The defects that the page of the suspicions' reliability counts, as the list of defects is asked for them. */

export const SAID = ['said', 'agreed'] as const
type SaidQuery = Readonly<Record<(typeof SAID)[number], string>>

/** Both in percent, and nothing said with more than the second. */
export const SAID_PATTERN = /^(\d{1,2})\.\.(\d{1,3})$/

interface Said {
  readonly ids: readonly number[]
  readonly text: string
}

/**
 * By how probable the first suspect was said to be, in percent (`said=80..95`), of the defects whose cause a person decided;
 * `agreed=yes`: of those where the person agreed. By the rule of the page itself.
 */
export async function readSaid(db: Db, asked: SaidQuery): Promise<Said | { readonly remark: string } | undefined> {
  if (!asked.said && !asked.agreed) return undefined
  const onlyAgreed = asked.agreed === 'yes'
  const ids = asked.agreed && !onlyAgreed ? undefined : await listSaid(db, asked.said, onlyAgreed)
  if (!ids)
    return {
      remark:
        'Defects whose suspect people judged are asked for by two percentages such as 80..95, and agreed=yes. Showing all.',
    }
  const [from, to] = asked.said.split('..')
  return {
    ids,
    text: `Suspected with ${from} to ${to} %, ${onlyAgreed ? 'and a person agreed' : 'and judged by a person'}`,
  }
}

/** Undefined for what are no two percentages. */
export async function listSaid(db: Db, said: string, onlyAgreed: boolean): Promise<readonly number[] | undefined> {
  const [, low, high] = SAID_PATTERN.exec(said) ?? []
  const band = { from: Number(low) / 100, to: Number(high) / 100 }
  if (!(band.from < band.to && band.to <= 1)) return undefined
  return saidBetween(await listJudgedSuspicions(db), band).flatMap(({ defectId, right }) =>
    right || !onlyAgreed ? defectId : [],
  )
}
