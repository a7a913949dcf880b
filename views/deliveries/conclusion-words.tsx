import type { Conclusion, Effect } from '../../src/core/conclusion.ts'
import { counted, middleCut } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, emergencyPath, releasePath } from '../paths.ts'

const effects: Record<Effect, string> = { created: 'new', updated: 'updated', unchanged: 'nothing changed' }

const deploymentVerbs = {
  pending: 'waits to be deployed',
  'in-progress': 'is being deployed',
  succeeded: 'was deployed',
  failed: 'failed to deploy',
  cancelled: 'was not deployed (cancelled)',
} as const

/** What a delivery was about, in plain text: `checkout-api 4.18.0 to production`. */
export function subjectOf(conclusions: readonly Conclusion[]): string | undefined {
  const main = conclusions.find(({ kind }) => kind !== 'note')
  switch (main?.kind) {
    case 'deployment':
      return `${nameOf(main)} to ${main.environment}`
    case 'release':
      return `${main.service} ${middleCut(main.version)}`
    case 'defect':
      return main.title
    case 'push':
      return main.service
    case 'sessions':
      return nameOf(main)
    case 'run':
      return `run ${main.key}`
    default:
      return undefined
  }
}

/** A removal need not name a release. */
const nameOf = ({ service, version }: { service: string; version: string | undefined }): string =>
  version === undefined ? service : `${service} ${middleCut(version)}`

/** One conclusion as a sentence with a link to what it made or changed. */
export function ConclusionSentence({ conclusion }: { conclusion: Conclusion }) {
  switch (conclusion.kind) {
    case 'deployment':
      return (
        <>
          {conclusion.version === undefined ? (
            conclusion.service
          ) : (
            <a href={releasePath(conclusion.service, conclusion.version)}>{nameOf(conclusion)}</a>
          )}{' '}
          {deploymentVerbs[conclusion.status]} to {conclusion.environment}{' '}
          <span class="t3">
            (deployment {conclusion.id}, {effects[conclusion.effect]})
          </span>
        </>
      )
    case 'release':
      return (
        <>
          Release{' '}
          <a href={releasePath(conclusion.service, conclusion.version)}>
            {conclusion.service} {middleCut(conclusion.version)}
          </a>{' '}
          <span class="t3">({effects[conclusion.effect]})</span>
        </>
      )
    case 'defect':
      return (
        <>
          Defect <a href={defectPath(conclusion.id)}>PF-{conclusion.id}</a> {revealHidden(conclusion.title)}{' '}
          <span class="t3">({effects[conclusion.effect]})</span>
        </>
      )
    case 'push':
      return (
        <>
          Push of {pushed(conclusion.commits)} to {conclusion.service}{' '}
          <span class="t3">({effects[conclusion.effect]})</span>
        </>
      )
    case 'sessions':
      return (
        <>
          {sessionsIn(conclusion)} of{' '}
          <a href={releasePath(conclusion.service, conclusion.version)}>{nameOf(conclusion)}</a> in{' '}
          {conclusion.environment} <span class="t3">({effects[conclusion.effect]})</span>
        </>
      )
    case 'run':
      return (
        <>
          Run {conclusion.key} of <a href={emergencyPath(conclusion.emergencyId)}>ER-{conclusion.emergencyId}</a>{' '}
          {RUN_WORDS[conclusion.state]} <span class="t3">({effects[conclusion.effect]})</span>
        </>
      )
    case 'note':
      return <>Remark: {conclusion.text}</>
  }
}

const RUN_WORDS = {
  queued: 'waits to start',
  running: 'is running',
  succeeded: 'ended well',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const

const sessionsIn = ({ total, crashed }: { total: number; crashed: number }): string =>
  crashed > 0 ? `${counted(total, 'session')}, ${counted(crashed, 'crash', 'crashes')}` : counted(total, 'session')

const pushed = (commits: number): string => counted(commits, 'commit')

/** The result of a delivery in a table cell: the first thing it made or changed, and how many more. */
export function ResultInShort({ conclusions }: { conclusions: readonly Conclusion[] }) {
  const things = conclusions.filter(({ kind }) => kind !== 'note')
  const [first] = things
  if (!first) return <span class="t3">Nothing to record</span>
  const more = things.length > 1 ? <span class="t3"> and {things.length - 1} more</span> : null
  switch (first.kind) {
    case 'deployment':
      return (
        <>
          {first.version === undefined ? (
            `Deployment ${first.id}`
          ) : (
            <a href={releasePath(first.service, first.version)}>Deployment {first.id}</a>
          )}
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    case 'release':
      return (
        <>
          <a href={releasePath(first.service, first.version)}>Release {middleCut(first.version, 20)}</a>
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    case 'defect':
      return (
        <>
          <a href={defectPath(first.id)}>PF-{first.id}</a>
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    case 'push':
      return (
        <>
          {pushed(first.commits)}
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    case 'sessions':
      return (
        <>
          {sessionsIn(first)}
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    case 'run':
      return (
        <>
          <a href={emergencyPath(first.emergencyId)}>ER-{first.emergencyId}</a>
          <span class="t3">, {effects[first.effect]}</span>
          {more}
        </>
      )
    default:
      return null
  }
}
