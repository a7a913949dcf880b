import type { Reliability, ReliabilityBand } from '../../src/core/attribution/reliability.ts'
import { RIGHT_NEEDED, VERDICTS_NEEDED } from '../../src/core/attribution/state.ts'
import { AttributionsUnderWay, type UnderWay } from '../components/attributions-under-way.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Count, Empty, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { counted, formatCount, middleCut } from '../format.ts'
import { instantText, learnedFromPath, saidPath, timeAlonePath, withQuery } from '../paths.ts'

/** Whether the suspicions can be trusted, by what people said to them. */
export interface ReliabilityPageProps {
  readonly reliability: Reliability
  /** Of the last thirty days, by state of attribution. */
  readonly states: ReadonlyMap<string, number>
  /** First seen from then on. */
  readonly statesSince: number
  readonly services: readonly {
    readonly service: string
    readonly detection: string
    readonly learnedAt: number | undefined
    readonly timeAlone: { readonly verdicts: number; readonly right: number }
    /** Whether it is known which defects these are. */
    readonly hasRows: boolean
  }[]
  /** What the last night brought; undefined before the first. */
  readonly learning:
    | {
        readonly at: number
        readonly outcome: 'adopted' | 'no-better' | 'too-few-defects'
        readonly defects: number
        readonly verdicts: number
        readonly heldOut: { readonly before: number; readonly after: number } | undefined
        /** Whether it is known which defects these were. */
        readonly hasRows: boolean
      }
    | undefined
  /** What is being worked out again. */
  readonly underWay: readonly UnderWay[]
  readonly now: number
}

export function ReliabilityPage(props: ReliabilityPageProps) {
  const { reliability, services, learning, underWay, now } = props
  return (
    <>
      <PageHead title="Can the suspicions be trusted?" sub={<Summary {...reliability} />} />
      <Panel id="bands" title="What was said, and how often it was right" hint="by the verdicts of people">
        {reliability.verdicts === 0 ? (
          <Empty icon="eye">
            Nobody has confirmed or corrected a suspect yet. Every verdict on a defect's page is counted here.
          </Empty>
        ) : (
          <Bands bands={reliability.bands} />
        )}
      </Panel>
      <Panel
        id="states"
        title="Defects of the last 30 days"
        hint="by what is known of their cause"
        foot={underWay.length > 0 ? <AttributionsUnderWay underWay={underWay} now={now} /> : undefined}
      >
        <States {...props} />
      </Panel>
      <Panel
        id="services"
        title="What time alone may say"
        hint={`names a release after ${VERDICTS_NEEDED} verdicts, ${share(RIGHT_NEEDED)} of them right`}
      >
        {services.length === 0 ? <Empty>No service is known yet.</Empty> : <Services services={services} now={now} />}
      </Panel>
      <Panel id="learning" title="Learning" pad>
        <p>{learning ? <Learning {...learning} now={now} /> : 'Nothing was learned yet. It is tried once a night.'}</p>
      </Panel>
      <HowItWorks />
    </>
  )
}

const share = (part: number): string => `${Math.round(part * 100)} %`

function Summary({ verdicts, right, error }: Reliability) {
  if (verdicts === 0) return <span>There is nothing to judge them by yet.</span>
  const all = <a href={saidPath(0, 1)}>{counted(verdicts, 'verdict')}</a>
  return (
    <span>
      People agreed with the first suspect in{' '}
      {right === 0 ? '0' : <a href={saidPath(0, 1, true)}>{formatCount(right)}</a>} of {all}.{' '}
      {error === undefined
        ? 'That is too few to judge the probabilities by.'
        : `Probabilities miss what was right by ${share(error)} on average.`}
    </span>
  )
}

const ANSWERS: Record<ReliabilityBand['answer'], { icon: IconName; tone: string; word: string }> = {
  holds: { icon: 'check-ring', tone: 'ok', word: 'Holds' },
  'says too much': { icon: 'warning', tone: 'watch', word: 'Says too much' },
  'says too little': { icon: 'info', tone: 'na', word: 'Says too little' },
  'too few verdicts': { icon: 'ring-dashed', tone: 'na', word: 'Too few verdicts' },
}

const Bands = ({ bands }: { bands: readonly ReliabilityBand[] }) => (
  <TableBox label="Suspicions by probability">
    <table class="t">
      <caption>Suspicions by probability</caption>
      <thead>
        <tr>
          <th scope="col">Said</th>
          <th scope="col" class="num">
            Mean
          </th>
          <th scope="col" class="num">
            Right
          </th>
          <th scope="col" class="num">
            Verdicts
          </th>
          <th scope="col">Likely between</th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        {bands.map(({ word, from, to, said, right, verdicts, interval, answer }) => (
          <tr>
            <th scope="row">
              {word}{' '}
              <span class="t3">
                {share(from)} to {share(to)}
              </span>
            </th>
            <td class="num">{said === undefined ? '–' : share(said)}</td>
            <td class="num">
              <CountOf n={right} href={saidPath(from, to, true)} of={`defects with ${word}, and right`} />
            </td>
            <td class="num">
              <CountOf n={verdicts} href={saidPath(from, to)} of={`defects with ${word}`} />
            </td>
            <td>{verdicts === 0 ? '–' : `${share(interval.low)} and ${share(interval.high)}`}</td>
            <td>
              <Icon name={ANSWERS[answer].icon} class={ANSWERS[answer].tone} small /> {ANSWERS[answer].word}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)

const STATES = [
  ['manual', 'Set by a person'],
  ['attributed', 'Attributed'],
  ['suspected', 'Suspected'],
  ['unattributed', 'Unattributed'],
  ['not-a-change', 'Not caused by a change'],
] as const

function States({ states, statesSince }: Pick<ReliabilityPageProps, 'states' | 'statesSince'>) {
  const total = [...states.values()].reduce((sum, defects) => sum + defects, 0)
  if (total === 0) return <Empty>No defect was first seen in the last 30 days.</Empty>
  return (
    <TableBox label="Defects by state of attribution">
      <table class="t">
        <caption>Defects by state of attribution</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="num">
              Defects
            </th>
            <th scope="col" class="num">
              Share of <Count n={total} href={seenSince(statesSince)} of={total === 1 ? 'defect' : 'defects'} />
            </th>
          </tr>
        </thead>
        <tbody>
          {STATES.map(([state, word]) => (
            <tr>
              <th scope="row">{word}</th>
              <td class="num">
                <CountOf n={states.get(state) ?? 0} href={seenSince(statesSince, state)} of={`defects: ${word}`} />
              </td>
              <td class="num">{share((states.get(state) ?? 0) / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}

const seenSince = (since: number, attribution?: string): string =>
  withQuery('/defects', { status: 'any', attribution, seenFrom: instantText(since) })

const CountOf = ({ n, href, of }: { n: number; href: string | undefined; of: string }) =>
  n === 0 || href === undefined ? <Count n={n} /> : <Count n={n} href={href} of={of} />

const Services = ({ services, now }: Pick<ReliabilityPageProps, 'services' | 'now'>) => (
  <TableBox label="Services and what time alone may say">
    <table class="t">
      <caption>Services and what time alone may say</caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Run by</th>
          <th scope="col" class="num">
            Right on time alone
          </th>
          <th scope="col">Time alone</th>
          <th scope="col">Learned</th>
        </tr>
      </thead>
      <tbody>
        {services.map(({ service, detection, learnedAt, timeAlone: { verdicts, right }, hasRows }) => (
          <tr>
            <th scope="row">{middleCut(service, 40)}</th>
            <td>{detection === 'shipped' ? 'its users' : 'you'}</td>
            <td class="num">
              {verdicts === 0 ? (
                '–'
              ) : (
                <>
                  <CountOf
                    n={right}
                    href={hasRows ? timeAlonePath(service, 'time-right') : undefined}
                    of={`defects of ${service}, right on time alone`}
                  />{' '}
                  of{' '}
                  <CountOf
                    n={verdicts}
                    href={hasRows ? timeAlonePath(service, 'time') : undefined}
                    of={`defects of ${service}, sure on time alone`}
                  />
                </>
              )}
            </td>
            <td>{mayName(verdicts, right) ? 'names a release' : 'only suspects'}</td>
            <td>{learnedAt === undefined ? <span class="t3">not yet</span> : <Time at={learnedAt} now={now} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)

const mayName = (verdicts: number, right: number): boolean =>
  verdicts >= VERDICTS_NEEDED && right >= RIGHT_NEEDED * verdicts

function Learning({
  at,
  outcome,
  defects,
  verdicts,
  heldOut,
  hasRows,
  now,
}: NonNullable<ReliabilityPageProps['learning']> & { now: number }) {
  return (
    <>
      Last tried <Time at={at} now={now} />, from{' '}
      <Linked n={defects} text={counted(defects, 'defect')} href={hasRows ? learnedFromPath('defects') : undefined} />{' '}
      and{' '}
      <Linked
        n={verdicts}
        text={counted(verdicts, 'verdict')}
        href={hasRows ? learnedFromPath('verdicts') : undefined}
      />
      . {outcome === 'too-few-defects' ? 'That is too little to learn from.' : null}
      {outcome === 'adopted' && !heldOut
        ? 'What was learned holds since; there are too few verdicts to test it against.'
        : null}
      {outcome === 'adopted' && heldOut
        ? `What was learned holds since: it was less surprised by verdicts held back (${heldOut.after.toFixed(3)} against ${heldOut.before.toFixed(3)}).`
        : null}
      {outcome === 'no-better' && heldOut
        ? `What was learned was put aside: it was no less surprised by verdicts held back (${heldOut.after.toFixed(3)} against ${heldOut.before.toFixed(3)}).`
        : null}
    </>
  )
}

/** In a sentence; nothing is behind a 0. */
const Linked = ({ n, text, href }: { n: number; text: string; href: string | undefined }) =>
  n === 0 || href === undefined ? <span>{text}</span> : <a href={href}>{text}</a>

const HowItWorks = () => (
  <Panel id="how" title="How the score works" pad>
    <div class="prose">
      <p>
        Every release that may have brought a defect starts equally likely, beside two other answers: no change of yours
        brought it, or a release from before the recorded history did. Each signal then moves the probability: how large
        the release was, when it was live where the defect was seen and for how long, the version and commit that
        reports name, files in the stack that the release changed, links between defects and changes, whether it was
        taken back and whether that helped, and where else it ran without the defect. The signals are listed with their
        points, which add up to the score; those that speak against a release are never left out.
      </p>
      <p>
        A release is <b>attributed</b> from 60 of 100 when something points at that very release, and <b>suspected</b>{' '}
        from 30 when nothing else is more likely. Time alone only ever suspects, until people have confirmed it often
        enough for that service. What a person decides stands above all of it, stays through every recomputation, and
        can be taken back.
      </p>
    </div>
  </Panel>
)
