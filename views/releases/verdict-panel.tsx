import type { Child } from 'hono/jsx'
import { endedAs, endedWords, SIGN_WORDS, type Stay, signOf } from '../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Linked, LinkedPart, WithDefects } from '../components/linked.tsx'
import { Panel } from '../components/page-parts.tsx'
import { formatCount } from '../format.ts'
import { baselinePath, shownPath, withQuery } from '../paths.ts'

/** How a release is doing where it runs, and why we say so. */

export interface VerdictPanelProps {
  readonly environment: string
  readonly verdict: Pick<Verdict, 'word' | 'sentence' | 'numbers' | 'reasons' | 'comparison'>
  /** What became of it there. */
  readonly stay: Stay
}

const LOOKS: Record<Verdict['word'], { readonly icon: IconName; readonly tone: string }> = {
  suspect: { icon: 'warning-solid', tone: 'bad' },
  watch: { icon: 'eye', tone: 'watch' },
  healthy: { icon: 'check-ring', tone: 'ok' },
  'too early': { icon: 'ring-dashed', tone: 'na' },
}

/** `Suspect in production`; `Replaced in production, ended suspect`. */
function titleOf({ environment, verdict, stay }: VerdictPanelProps): string {
  const ended = endedAs(stay, verdict)
  return `${SIGN_WORDS[signOf(stay, verdict) ?? 'not-live']} in ${environment}${ended ? `, ${endedWords(ended)}` : ''}`
}

interface VerdictsProps {
  readonly verdicts: readonly VerdictPanelProps[]
  readonly of: { readonly service: string; readonly version: string }
  /** The chart that the reasons stand beside. */
  readonly beside: Child
}

/** The verdict where it matters most, with its reasons; those on other environments in a line. */
export function Verdicts({ verdicts, of, beside }: VerdictsProps) {
  const [first] = verdicts
  if (!first) return null
  const { verdict } = first
  const { icon, tone } = LOOKS[verdict.word]
  return (
    <>
      <section class={`verdict ${tone}`} aria-labelledby="verdict-title" id="verdict" data-tell={titleOf(first)}>
        <Icon name={icon} class="big" />
        <div>
          <h2 id="verdict-title">{titleOf(first)}</h2>
          <p>
            <Sentence verdict={verdict} rows={behind(first, of)} />
          </p>
        </div>
      </section>
      {beside ? (
        <div class="grid g-21 dsc">
          {beside}
          <Reasons verdicts={verdicts} of={of} />
        </div>
      ) : (
        <Reasons verdicts={verdicts} of={of} />
      )}
    </>
  )
}

/** Where the counts of a verdict lead. */
interface Behind {
  /** What it had shown by the age at which it was compared; undefined: nothing. */
  readonly found: string | undefined
  /** What it was compared with. */
  readonly usual: string
  readonly all: string
}

function behind({ environment, verdict: { comparison } }: VerdictPanelProps, of: VerdictsProps['of']): Behind {
  const place = { ...of, environment }
  return {
    found: comparison && comparison.found > 0 ? shownPath(place, comparison.comparedDays) : undefined,
    ...{ usual: baselinePath(place, 'usual'), all: baselinePath(place, 'all') },
  }
}

const EARLIER = /\d+ earlier releases?/

/** `7 new defects in 48 min; 0.2 expected from 10 earlier releases…`: the counts lead to their defects and releases. */
function Numbers({ numbers, rows }: { numbers: string; rows: Behind }) {
  const end = numbers.indexOf(' in ')
  return (
    <>
      <Linked href={end < 0 ? undefined : rows.found}>{numbers.slice(0, Math.max(0, end))}</Linked>
      <LinkedPart text={numbers.slice(Math.max(0, end))} part={EARLIER} href={rows.usual} />
    </>
  )
}

/** The numbers in it lead to what they count. */
function Sentence({ verdict, rows }: { verdict: VerdictPanelProps['verdict']; rows: Behind }) {
  const { sentence, numbers } = verdict
  if (numbers === undefined || !sentence.includes(numbers)) return <Told sentence={sentence} rows={rows} />
  const at = sentence.indexOf(numbers)
  return (
    <>
      {sentence.slice(0, at)}
      <Numbers numbers={numbers} rows={rows} />
      {sentence.slice(at + numbers.length)}
    </>
  )
}

/** How many releases it was compared with, however that is said, leads to them. */
function Told({ sentence, rows }: { sentence: string; rows: Behind }) {
  if (/ of them\);/.test(sentence)) return <LinkedPart text={sentence} part={/\d+ of them/} href={rows.all} />
  return BESIDE.test(sentence) ? (
    <LinkedPart text={sentence} part={BESIDE} href={rows.usual} />
  ) : (
    <WithDefects text={sentence} />
  )
}

const BESIDE = /\d+ earlier releases?(?= at)|(?<=before this one )[1-9]\d* releases?/

function Reasons({ verdicts, of }: Pick<VerdictsProps, 'verdicts' | 'of'>) {
  const [first, ...others] = verdicts
  if (!first) return null
  const { verdict } = first
  const { numbers } = verdict
  const rows = behind(first, of)
  const isSaid = numbers !== undefined && verdict.sentence.includes(numbers)
  return (
    <Panel
      id="why"
      title="Why this verdict"
      hint={isSaid || numbers === undefined ? undefined : <Numbers numbers={numbers} rows={rows} />}
      pad
    >
      <ul class="chk">
        {verdict.reasons.map((reason) => (
          <Reason reason={reason} rows={rows} />
        ))}
        {others.map((other) => (
          <li>
            <Icon name={LOOKS[other.verdict.word].icon} class={LOOKS[other.verdict.word].tone} />
            <div>
              {titleOf(other)}
              <p>
                <Sentence verdict={other.verdict} rows={behind(other, of)} />
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Reason({ reason, rows }: { reason: Verdict['reasons'][number]; rows: Behind }) {
  const { speaks, title, sentence, defectIds = [] } = reason
  const { icon, tone, word } = GLYPHS[speaks]
  return (
    <li>
      <Icon name={icon} class={tone} label={word} />
      <div>
        {title}
        <p>
          <Told sentence={sentence} rows={rows} />
        </p>
      </div>
      {defectIds.length > 0 ? (
        <span class="v">
          {defectIds.slice(0, MOST_LINKS).map((id, i) => (
            <>
              {i > 0 ? ', ' : ''}
              <a href={`/defects/PF-${id}`}>PF-{id}</a>
            </>
          ))}
          {defectIds.length > MOST_LINKS ? (
            <>
              {' '}
              <a class="nw" href={withQuery('/defects', { status: 'any', ids: defectIds.slice(0, MOST_NAMED).join() })}>
                {defectIds.length <= MOST_NAMED ? `all ${formatCount(defectIds.length)}` : `the first ${MOST_NAMED}`}
              </a>
            </>
          ) : null}
        </span>
      ) : null}
    </li>
  )
}

const MOST_LINKS = 3
/** As many as an address can name. */
const MOST_NAMED = 500

const GLYPHS = {
  for: { icon: 'check-ring', tone: 'ok', word: 'For it' },
  against: { icon: 'cross-ring', tone: 'bad', word: 'Against it' },
  neither: { icon: 'ring', tone: 'na', word: 'Neither' },
} as const satisfies Record<string, { icon: IconName; tone: string; word: string }>
