import { middleCut } from '../../../views/format.ts'
import { ageText } from '../../../views/releases/age-ticks.tsx'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId } from '../../store/defects/defect-queries.ts'
import { listShownBy } from '../../store/measures/release-verdicts.ts'
import { findRelease } from '../../store/releases/release-queries.ts'
import { daysIn } from './age-parameter.ts'

/** The defects that a release had shown by an age, as the list of defects is asked for them. */

export const SHOWN = ['shownOf', 'shownBy', 'shownIn', 'shownUntil', 'shownSevere'] as const
type ShownQuery = Readonly<Record<(typeof SHOWN)[number], string>>

interface Shown {
  readonly ids: readonly number[]
  readonly text: string
}

/**
 * By a service (`shownOf`), one of its versions (`shownBy`), an environment (`shownIn`) and an age in days
 * (`shownUntil`); `shownSevere=1`: S1 and S2 alone. By the rule of the chart itself.
 */
export async function readShown(
  db: Db,
  asked: ShownQuery,
  now: number,
): Promise<Shown | { readonly remark: string } | undefined> {
  const { shownOf, shownBy, shownIn, shownUntil, shownSevere } = asked
  if (!shownOf && !shownBy && !shownIn && !shownUntil) return undefined
  const release = shownOf && shownBy ? await findRelease(db, shownOf, shownBy) : undefined
  const environmentId = shownIn ? await findEnvironmentId(db, shownIn) : undefined
  const days = daysIn(shownUntil)
  if (!release || environmentId === undefined || Number.isNaN(days))
    return {
      remark:
        'Defects that a release had shown are asked for by a service, a version of it, an environment and an age in days. Showing all.',
    }
  const onlySevere = shownSevere === '1'
  return {
    ids: await listShownBy(db, release, { id: environmentId, name: shownIn }, { days, onlySevere }, now),
    text: `Found while ${middleCut(shownBy)} of ${shownOf} was live in ${shownIn}, up to an age of ${ageText(days)}${onlySevere ? ', S1 and S2 alone' : ''}`,
  }
}
