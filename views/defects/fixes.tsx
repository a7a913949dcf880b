import { isFixPromise, promiseWords } from '../../src/core/defect/fix.ts'
import type { RegressionAnswer } from '../../src/core/defect/regression.ts'
import { Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted, middleCut } from '../format.ts'

/** What is said to fix a defect, where that runs, and whether it held. */

export interface FixRow {
  /** As it was said: a version, a commit, a promise. */
  readonly entry: string
  /** The release it means; null: a promise that no deployment kept yet. */
  readonly version: string | null
  readonly by: string
  /** Environments whose release contains it, production first. */
  readonly liveIn: readonly { readonly environment: string; readonly version: string }[]
}

export interface GenerationRow {
  readonly number: number
  readonly since: number
  readonly seenIn: string | undefined
  readonly sentence: string | undefined
  readonly fixedAt: number | undefined
  readonly fixedIn: readonly string[]
}

export function FixesNamed({ fixes, service }: { fixes: readonly FixRow[]; service: string | undefined }) {
  if (fixes.length === 0) return <span class="t3">Not said</span>
  return (
    <ul class="fixes">
      {fixes.map((fix) => (
        <li>
          <Fix {...fix} service={service} />
        </li>
      ))}
    </ul>
  )
}

function Fix({ entry, version, by, liveIn, service }: FixRow & { service: string | undefined }) {
  const said = isFixPromise(entry) ? promiseWords(entry) : entry
  if (version === null)
    return (
      <>
        {said}, not deployed yet <span class="t3">(said by {by})</span>
      </>
    )
  return (
    <>
      {service ? <ReleaseLink service={service} version={version} /> : middleCut(version)}
      {said === version ? '' : ` (${middleCut(said)})`}
      {liveIn.length > 0
        ? `, live in ${liveIn.map((place) => placeText(place, version)).join(', ')}`
        : ', live nowhere'}{' '}
      <span class="t3">(said by {by})</span>
    </>
  )
}

/** Another release than the one that fixed it is named: it contains the fix. */
const placeText = ({ environment, version }: FixRow['liveIn'][number], fixed: string): string =>
  version === fixed ? environment : `${environment} (in ${middleCut(version)})`

export const regressionTone = (answer: RegressionAnswer): 'bad' | 'watch' | 'plain' =>
  answer === 'regression' ? 'bad' : answer === 'possible regression' ? 'watch' : 'plain'

/** How often it was fixed and came back; nothing while it never came back. */
export function GenerationsPanel({
  generations,
  service,
  now,
}: {
  generations: readonly GenerationRow[]
  service: string | undefined
  now: number
}) {
  if (generations.length < 2) return null
  return (
    <Panel id="generations" title="Fixed and seen again" hint={counted(generations.length - 1, 'regression')}>
      <TableBox label="Generations of this defect">
        <table class="t">
          <caption>Each time this defect began, and how it ended, the latest first</caption>
          <thead>
            <tr>
              <th scope="col">Began</th>
              <th scope="col">In</th>
              <th scope="col">Why it counts</th>
              <th scope="col">Fixed</th>
            </tr>
          </thead>
          <tbody>
            {generations.toReversed().map((generation) => (
              <tr>
                <td class="ttl">
                  <Time at={generation.since} now={now} />
                </td>
                <td class="m-2">
                  {generation.seenIn === undefined ? (
                    <span class="t3 m-hide-inline">–</span>
                  ) : (
                    <Versions versions={[generation.seenIn]} service={service} />
                  )}
                </td>
                <td class="m-full">{generation.sentence ?? <span class="t3">First seen</span>}</td>
                <td class="m-full t2">
                  <FixedThen {...generation} service={service} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}

function FixedThen({ fixedAt, fixedIn, service, now }: GenerationRow & { service: string | undefined; now: number }) {
  if (fixedAt === undefined) return <span class="t3">Not fixed yet</span>
  return (
    <>
      <span class="m-only-inline t3">Fixed </span>
      <Time at={fixedAt} now={now} />
      {fixedIn.length > 0 ? (
        <>
          {' in '}
          <Versions versions={fixedIn} service={service} />
        </>
      ) : (
        ''
      )}
    </>
  )
}

const Versions = ({ versions, service }: { versions: readonly string[]; service: string | undefined }) => (
  <>
    {versions.map((version, i) => (
      <>
        {i > 0 ? ', ' : ''}
        {service ? <ReleaseLink service={service} version={version} /> : middleCut(version)}
      </>
    ))}
  </>
)
