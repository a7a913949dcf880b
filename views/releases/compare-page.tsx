import type { ReleaseKind } from '../../src/core/event.ts'
import type { CountsCompared, ReleaseAtAge } from '../../src/core/verdict/equal-age.ts'
import type { Stay } from '../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import { KindTag, kindWord } from '../components/badges.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Panel, Remarks } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { type DefectRow, DefectTable } from '../defects/defect-table.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { comparedPath, releasePath } from '../paths.ts'
import { CompareChart } from './compare-chart.tsx'
import { Difference } from './compare-sentence.tsx'
import { ComparedSign, Measures } from './compare-table.tsx'

export interface ComparedRelease {
  readonly letter: string
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly at: ReleaseAtAge
  readonly verdict: Pick<Verdict, 'word' | 'sentence' | 'comparison'>
  /** What became of it there. */
  readonly stay: Stay
  readonly regressions: number
  readonly failedDeployments: number
  readonly commits: number
}

/** Defects by the releases they were seen in. */
export interface DefectGroup {
  readonly title: string
  /** As `comparedPath` is asked for them. */
  readonly counted: `only-${string}` | 'several'
  /** The worst of them. */
  readonly rows: readonly DefectRow[]
  readonly defects: number
}

export interface PickerProps {
  /** `service@version` as asked, two to four; empty: not chosen yet. */
  readonly picked: readonly string[]
  readonly names: readonly string[]
  readonly environment: string
  readonly environments: readonly string[]
  /** Address with the first two swapped. */
  readonly swap: string | undefined
  readonly remarks: readonly string[]
}

export interface Comparison {
  readonly environment: string
  readonly commonDays: number
  readonly releases: readonly ComparedRelease[]
  /** The first against each of the others. */
  readonly differences: readonly CountsCompared[]
  readonly groups: readonly DefectGroup[]
  readonly stoppedAfter: number | null
}

interface ComparePageProps {
  readonly picker: PickerProps
  readonly comparison: Comparison | undefined
  readonly now: number
}

export const LETTERS = ['A', 'B', 'C', 'D'] as const

export function ComparePage({ picker, comparison, now }: ComparePageProps) {
  return (
    <>
      <PageHead
        title="Compare releases"
        sub={<span>At the same age: what each had shown when it was as old as the youngest of them is now.</span>}
      />
      <Picker {...picker} />
      <Remarks remarks={picker.remarks} />
      {comparison ? (
        <Compared comparison={comparison} now={now} />
      ) : (
        <section class="panel" aria-label="Comparison">
          <Empty icon="scales">Choose two to four releases to compare.</Empty>
        </section>
      )}
    </>
  )
}

function Picker({ picked, names, environment, environments, swap }: PickerProps) {
  const fields = LETTERS.slice(0, Math.min(4, Math.max(2, picked.length + (picked.length < 2 ? 0 : 1))))
  return (
    <search aria-label="Releases to compare">
      <form class="scope compare-form" method="get" action="/releases/compare">
        {fields.map((letter, i) => (
          <label class="cmp-pick">
            <span>
              {letter}
              <span class="vh">, service@version</span>
            </span>
            <input
              type="text"
              name={letter.toLowerCase()}
              value={picked[i] ?? ''}
              list="release-names"
              placeholder={i < 2 ? 'service@version' : 'One more'}
              autocomplete="off"
              spellcheck={false}
            />
          </label>
        ))}
        <Suggestions id="release-names" of={names} />
        {environments.length > 0 ? (
          <label class="pick">
            <span>In</span>
            <select name="env">
              {environments.map((name) => (
                <option value={name} selected={name === environment}>
                  {name}
                </option>
              ))}
            </select>
            <Icon name="chevron-down" small />
          </label>
        ) : null}
        <button type="submit" class="btn pri">
          Compare
        </button>
        {swap ? (
          <a class="btn ghost" href={swap}>
            Swap A and B
          </a>
        ) : null}
      </form>
    </search>
  )
}

function Compared({ comparison, now }: { comparison: Comparison; now: number }) {
  const { releases, environment, commonDays, differences, groups } = comparison
  const [first, ...others] = releases
  if (!first) return null
  const never = releases.filter(({ at }) => at.lifeDays === 0)
  return (
    <>
      {kindNote(releases) ? (
        <div class="gap">
          <Note tone="watch">{kindNote(releases)}</Note>
        </div>
      ) : null}
      <ul class="cmp-heads">
        {releases.map((release) => (
          <li class="panel">
            <div class="row row-w">
              <b class={`cmp-key cmp-${release.letter.toLowerCase()}`}>{release.letter}</b>
              <a class="ttl" href={releasePath(release.service, release.version)}>
                {release.service} {middleCut(release.version, 32)}
              </a>
              <KindTag kind={release.kind} />
            </div>
            <p>
              <ComparedSign release={release} />
              <span class="t2 blk">{release.verdict.sentence}</span>
            </p>
          </li>
        ))}
      </ul>
      <Panel
        id="curves"
        title="Defects found by age"
        hint={`${environment}, first seen while live`}
        end={<Key releases={releases} />}
        pad
      >
        {commonDays > 0 ? (
          <ul class="cmp-said">
            {others.map((other, i) => (
              <li>
                <Difference
                  first={first}
                  second={other}
                  compared={differences[i] as CountsCompared}
                  commonDays={commonDays}
                  rowsOf={({ letter }) => comparedPath(comparison, `found-${letter}`, commonDays)}
                />
              </li>
            ))}
          </ul>
        ) : (
          <p class="mb8">
            Not enough data: {never.map(({ letter }) => letter).join(' and ')} {never.length === 1 ? 'was' : 'were'}{' '}
            never live in {environment}.
          </p>
        )}
        {never.length < releases.length ? (
          <CompareChart
            commonDays={commonDays}
            rowsOf={({ letter }, age) => comparedPath(comparison, `found-${letter}`, age)}
            lines={releases.map(({ letter, version, at, stay }) => ({
              letter,
              version,
              found: at.found,
              lifeDays: at.lifeDays,
              rolledBack: stay.rolledBack,
            }))}
          />
        ) : null}
      </Panel>
      <Measures {...comparison} />
      {groups.map((group, i) =>
        group.defects > 0 ? (
          <Panel
            id={`defects-${i}`}
            title={group.title}
            hint={`seen in ${environment}`}
            end={
              <a class="fs13" href={comparedPath(comparison, group.counted)}>
                {counted(group.defects, 'defect')}
              </a>
            }
            foot={
              group.defects > group.rows.length
                ? `The worst ${group.rows.length} of ${formatCount(group.defects)}.`
                : undefined
            }
          >
            <DefectTable label={group.title} rows={group.rows} now={now} />
          </Panel>
        ) : null,
      )}
      <NoDefects groups={groups.filter(({ defects }) => defects === 0)} environment={environment} />
      {comparison.stoppedAfter === null ? null : (
        <p class="t3 fs13 mt8">
          Of the defects older than a release, the newest {formatCount(comparison.stoppedAfter)} were looked at.
        </p>
      )}
    </>
  )
}

/** Lists without defects, in a line instead of an empty panel each. */
function NoDefects({ groups, environment }: { groups: readonly DefectGroup[]; environment: string }) {
  if (groups.length === 0) return null
  return (
    <section class="panel" aria-label="No defects">
      <Empty icon="check-ring">
        No defect was seen in {environment}{' '}
        {groups.map(({ title }) => title.replace(/^[OI]/, (letter) => letter.toLowerCase())).join('; none ')}.
      </Empty>
    </section>
  )
}

function Key({ releases }: { releases: readonly ComparedRelease[] }) {
  return (
    <span class="lg">
      {releases.map(({ letter, version }) => (
        <span>
          <svg class="cmp-key-line" viewBox="0 0 24 10" aria-hidden="true">
            <path class={`cmp-line cmp-${letter.toLowerCase()}`} d="M0 5h24" />
          </svg>
          {letter} {middleCut(version, 18)}
        </span>
      ))}
    </span>
  )
}

const SIZE: Partial<Record<ReleaseKind, number>> = { major: 3, minor: 2, patch: 1 }

/** Undefined when they are alike. */
export function kindNote(
  releases: readonly Pick<ComparedRelease, 'letter' | 'kind' | 'service'>[],
): string | undefined {
  const services = new Set(releases.map(({ service }) => service))
  if (services.size > 1) return 'These are releases of different services; their numbers say little about each other.'
  const kinds = [...new Set(releases.map(({ kind }) => kind))]
  if (kinds.length < 2) return undefined
  const [larger, smaller] = [...kinds].sort((a, b) => (SIZE[b] ?? 0) - (SIZE[a] ?? 0))
  const article = (kind: ReleaseKind) => (/^[aeiou]/.test(kind) ? 'An' : 'A')
  const names = (kind: ReleaseKind) => (kind === 'unknown' ? 'release of unknown kind' : kindWord(kind).toLowerCase())
  if (kinds.length === 2 && larger && smaller && SIZE[larger] && SIZE[smaller])
    return `${article(larger)} ${names(larger)} against a ${names(smaller)}; expect fewer defects in the ${names(smaller)}.`
  return `Different kinds (${kinds.map(names).join(', ')}); they do not bring the same amount of change.`
}
