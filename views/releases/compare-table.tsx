import type { Child } from 'hono/jsx'
import type { ReleaseAtAge } from '../../src/core/verdict/equal-age.ts'
import { endedAs, signOf } from '../../src/core/verdict/release-sign.ts'
import { SignBadge } from '../components/badges.tsx'
import { Linked } from '../components/linked.tsx'
import { Panel, ReleaseLink, TableBox } from '../components/page-parts.tsx'
import { formatCount } from '../format.ts'
import { type ComparedAddress, comparedPath, defectPath, releasePath, withQuery } from '../paths.ts'
import { ageText } from './age-ticks.tsx'
import type { ComparedRelease } from './compare-page.tsx'

/** What is said of it where they are compared. */
export function ComparedSign({ release: { at, verdict, stay } }: { release: ComparedRelease }) {
  if (at.lifeDays === 0) return <span class="t3">Never live there</span>
  const sign = signOf(stay, verdict)
  return sign ? <SignBadge sign={sign} ended={endedAs(stay, verdict)} /> : null
}

interface MeasuresProps extends ComparedAddress {
  readonly releases: readonly ComparedRelease[]
  readonly commonDays: number
}

/** A measure of one release, and how it differs from the first one's; undefined where that cannot be said. */
interface Measure {
  readonly title: string
  readonly hint?: string
  readonly value: (release: ComparedRelease) => number | undefined
  readonly show: (value: number, release: ComparedRelease) => Child
  /** The rows that it counts; undefined: it counts none that have a list. */
  readonly rows?: (release: ComparedRelease) => string | undefined
  /** Instead of a value. */
  readonly none?: (release: ComparedRelease) => Child
  /** Shown in days; absent: a plain number. */
  readonly isTime?: boolean
}

const number = (value: number): string => formatCount(value)
const atAge = (pick: (at: ReleaseAtAge['byCommonAge']) => number, commonDays: number) => (release: ComparedRelease) =>
  commonDays > 0 ? pick(release.at.byCommonAge) : undefined

function measuresAt(commonDays: number, compared: ComparedAddress): Measure[] {
  const age = commonDays > 0 ? ` by ${ageText(commonDays)}` : ''
  return [
    {
      title: 'Live for',
      hint: 'an age, which stands still while it is not live',
      value: ({ at }) => at.lifeDays || undefined,
      show: ageText,
      none: () => 'never live',
      isTime: true,
    },
    {
      title: `Defects${age}`,
      hint: 'first seen while it was live',
      value: atAge(({ all }) => all, commonDays),
      show: number,
      rows: ({ letter }) => comparedPath(compared, `found-${letter}`, commonDays),
      none: () => 'not enough data',
    },
    {
      title: `S1 and S2${age}`,
      value: atAge(({ severe }) => severe, commonDays),
      show: number,
      rows: ({ letter }) => comparedPath(compared, `severe-${letter}`, commonDays),
      none: () => 'not enough data',
    },
    {
      title: 'Regressions',
      hint: 'fixed before, and back in it',
      value: ({ regressions }) => regressions,
      show: number,
      rows: ({ letter }) => comparedPath(compared, `regressed-${letter}`),
    },
    {
      title: 'Time to first defect',
      value: ({ at }) => at.daysToFirst,
      show: ageText,
      rows: ({ at }) => at.found[0] && defectPath(at.found[0].defectId),
      none: () => 'no defect',
      isTime: true,
    },
    {
      title: 'Median time to fix',
      hint: 'of the defects first seen while it was live',
      value: ({ at }) => at.fix.medianDays,
      show: (value, release) => (
        <>
          {ageText(value)} <Fixed {...release} compared={compared} />
        </>
      ),
      none: (release) =>
        release.at.fix.of === 0 ? (
          'no defect'
        ) : (
          <>
            not enough data <Fixed {...release} compared={compared} />
          </>
        ),
      isTime: true,
    },
    {
      title: 'Failed deployments',
      value: ({ failedDeployments }) => failedDeployments,
      show: number,
      rows: ({ service, version }) =>
        withQuery('/deployments', { service, release: version, env: compared.environment, outcome: 'failed' }),
    },
    {
      title: 'Commits',
      value: ({ commits }) => commits || undefined,
      show: number,
      rows: ({ service, version }) => `${releasePath(service, version)}#commits`,
      none: () => 'not known',
    },
  ]
}

interface FixedProps extends Pick<ComparedRelease, 'letter' | 'at'> {
  readonly compared: ComparedAddress
}

/** `(3 of 7 fixed)`. */
function Fixed({ letter, at: { fix }, compared }: FixedProps) {
  return (
    <>
      (
      <Linked href={fix.fixed === 0 ? undefined : comparedPath(compared, `fixed-${letter}`)}>
        {formatCount(fix.fixed)}
      </Linked>{' '}
      of <Linked href={comparedPath(compared, `found-${letter}`)}>{formatCount(fix.of)}</Linked> fixed)
    </>
  )
}

export function Measures({ releases, commonDays, environment }: MeasuresProps) {
  const [first, second] = releases
  const isPair = releases.length === 2
  const different = (measure: Measure, release: ComparedRelease): string | undefined =>
    first && release !== first ? differenceOf(measure, first, release) : undefined
  return (
    <Panel
      id="measures"
      title="Measures"
      hint={environment}
      foot="Merged defects, and those that no change caused, are left out; several of one part of a service within an hour count once where that is usual, as in the verdict."
    >
      <TableBox label="Measures of the releases">
        <table class="t keep t-measures">
          <caption>Measures of the releases, and how they differ from the first</caption>
          <thead>
            <tr>
              <th scope="col">Measure</th>
              {releases.map(({ letter, service, version }) => (
                <th scope="col" class="num">
                  {letter} <ReleaseLink service={service} version={version} />
                </th>
              ))}
              {isPair ? (
                <th scope="col" class="num">
                  Difference
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Verdict</th>
              {releases.map((release) => (
                <td class="num">
                  <ComparedSign release={release} />
                </td>
              ))}
              {isPair ? <td /> : null}
            </tr>
            {measuresAt(commonDays, { releases, environment }).map((measure) => (
              <tr>
                <th scope="row">
                  {measure.title}
                  {measure.hint ? <span class="sub2 m-hide-inline"> {measure.hint}</span> : null}
                </th>
                {releases.map((release) => {
                  const value = measure.value(release)
                  const difference = isPair ? undefined : different(measure, release)
                  return (
                    <td class="num">
                      {value === undefined ? (
                        <span class="t3">{measure.none?.(release) ?? '–'}</span>
                      ) : (
                        <Linked href={value === 0 ? undefined : measure.rows?.(release)}>
                          {measure.show(value, release)}
                        </Linked>
                      )}
                      {difference ? <span class="sub2"> {difference}</span> : null}
                    </td>
                  )
                })}
                {isPair && second ? (
                  <td class="num">{different(measure, second) ?? <span class="t3">–</span>}</td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
}

/** What is to be added to the first one's to get this one's. */
function differenceOf(measure: Measure, first: ComparedRelease, other: ComparedRelease): string | undefined {
  const [from, to] = [measure.value(first), measure.value(other)]
  if (from === undefined || to === undefined) return undefined
  const by = Math.abs(to - from)
  if (by === 0) return '0'
  return `${to > from ? '+' : '−'}${measure.isTime ? ageText(by) : formatCount(by)}`
}
