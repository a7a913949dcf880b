import type { Child } from 'hono/jsx'
import { endedAs, endedWords, SIGN_WORDS, type Stay, signOf } from '../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../src/core/verdict/verdict.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Linked } from '../components/linked.tsx'
import { Panel } from '../components/page-parts.tsx'
import { shownPath } from '../paths.ts'

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
            <Sentence verdict={verdict} rows={rowsOf(first, of)} />
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

/** What it had shown by the age at which it was compared; undefined: nothing. */
function rowsOf({ environment, verdict: { comparison } }: VerdictPanelProps, of: VerdictsProps['of']) {
  if (!comparison || comparison.found === 0) return undefined
  return shownPath({ ...of, environment }, comparison.comparedDays)
}

/** The numbers in it lead to their defects. */
function Sentence({ verdict, rows }: { verdict: VerdictPanelProps['verdict']; rows: string | undefined }) {
  const { sentence, numbers } = verdict
  if (numbers === undefined || !sentence.includes(numbers)) return <>{sentence}</>
  const at = sentence.indexOf(numbers)
  return (
    <>
      {sentence.slice(0, at)}
      <Linked href={rows}>{numbers}</Linked>
      {sentence.slice(at + numbers.length)}
    </>
  )
}

function Reasons({ verdicts, of }: Pick<VerdictsProps, 'verdicts' | 'of'>) {
  const [first, ...others] = verdicts
  if (!first) return null
  const { verdict } = first
  const { numbers } = verdict
  const isSaid = numbers !== undefined && verdict.sentence.includes(numbers)
  return (
    <Panel
      id="why"
      title="Why this verdict"
      hint={isSaid || numbers === undefined ? undefined : <Linked href={rowsOf(first, of)}>{numbers}</Linked>}
      pad
    >
      <ul class="chk">
        {verdict.reasons.map((reason) => (
          <Reason reason={reason} />
        ))}
        {others.map((other) => (
          <li>
            <Icon name={LOOKS[other.verdict.word].icon} class={LOOKS[other.verdict.word].tone} />
            <div>
              {titleOf(other)}
              <p>{other.verdict.sentence}</p>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Reason({ reason }: { reason: Verdict['reasons'][number] }) {
  const { speaks, title, sentence, defectIds = [] } = reason
  const { icon, tone, word } = GLYPHS[speaks]
  return (
    <li>
      <Icon name={icon} class={tone} label={word} />
      <div>
        {title}
        <p>{sentence}</p>
      </div>
      {defectIds.length > 0 ? (
        <span class="v">
          {defectIds.slice(0, MOST_LINKS).map((id, i) => (
            <>
              {i > 0 ? ', ' : ''}
              <a href={`/defects/PF-${id}`}>PF-{id}</a>
            </>
          ))}
        </span>
      ) : null}
    </li>
  )
}

const MOST_LINKS = 3

const GLYPHS = {
  for: { icon: 'check-ring', tone: 'ok', word: 'For it' },
  against: { icon: 'cross-ring', tone: 'bad', word: 'Against it' },
  neither: { icon: 'ring', tone: 'na', word: 'Neither' },
} as const satisfies Record<string, { icon: IconName; tone: string; word: string }>
