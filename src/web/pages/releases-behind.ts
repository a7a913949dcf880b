import { middleCut } from '../../../views/format.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId } from '../../store/defects/defect-queries.ts'
import { listBaseline } from '../../store/measures/release-verdicts.ts'
import { findRelease } from '../../store/releases/release-queries.ts'
import { releaseName } from '../query.ts'
import { findWeighed } from './questioned-releases.ts'

/** The releases that a number of another page counts, as the list of releases is asked for them. */

export const WEIGHED = ['weighedFor', 'weighedOf', 'changing'] as const
export const BASELINE = ['baselineOf', 'baselineIn', 'baseline'] as const
type Asked<Names extends readonly string[]> = Readonly<Record<Names[number], string>>

type Behind = { readonly ids: readonly number[]; readonly text: string } | { readonly remark: string } | undefined

/** Those of a service (`weighedOf`) that were weighed for a defect (`weighedFor`), or of these that changed a file (`changing`). */
export async function readWeighed(db: Db, asked: Asked<typeof WEIGHED>): Promise<Behind> {
  const { weighedFor, weighedOf, changing } = asked
  if (!weighedFor && !weighedOf && !changing) return undefined
  const ids = await findWeighed(db, weighedFor, { service: weighedOf, file: changing || undefined })
  if (!ids)
    return {
      remark: 'Releases that were weighed are asked for by a defect and a service looked at for it. Showing all.',
    }
  const of = `${weighedOf} weighed for ${weighedFor}`
  return { ids, text: changing ? `Of ${of}, changed ${middleCut(changing, 60)}` : `Of ${of}` }
}

/** Those that a release (`baselineOf`, as service@version) is compared with in an environment (`baselineIn`): `usual` or `all`. */
export async function readBaseline(db: Db, asked: Asked<typeof BASELINE>, now: number): Promise<Behind> {
  const { baselineOf, baselineIn, baseline } = asked
  if (!baselineOf && !baselineIn && !baseline) return undefined
  const name = releaseName.safeParse(baselineOf).data
  const release = name && (await findRelease(db, name.service, name.version))
  const environmentId = baselineIn ? await findEnvironmentId(db, baselineIn) : undefined
  if (!release || environmentId === undefined || (baseline !== 'usual' && baseline !== 'all'))
    return {
      remark:
        'What a release is compared with is asked for by the release, an environment, and usual or all. Showing all.',
    }
  const found = await listBaseline(db, release, { id: environmentId, name: baselineIn }, now)
  const tells = baseline === 'usual' ? 'what is usual' : 'how much releases differ'
  return {
    ids: found[baseline],
    text: `That tell ${tells} for ${name.service} ${middleCut(name.version)} in ${baselineIn}`,
  }
}
