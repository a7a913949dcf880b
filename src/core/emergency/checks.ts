import { counted } from '../text/wording.ts'
import type { JudgedCandidate } from './rollback-target.ts'
import type { Strategy } from './suggestion.ts'

/** What is looked at before anything is sent. */
export interface CheckFacts {
  readonly service: string
  readonly environment: string
  readonly strategy: Strategy
  /** To be deployed. */
  readonly version: string
  /** What is live. */
  readonly live: string | undefined
  /** How the version stands as a target of a rollback; undefined: it never ran there. */
  readonly target: JudgedCandidate | undefined
  /** A release of that version is known to the server. */
  readonly versionKnown: boolean
  readonly artifact: string | undefined
  /** Another emergency release is open for the place. */
  readonly otherEmergency: string | undefined
  /** Versions whose deployment there has begun and not ended. */
  readonly deploying: readonly string[]
  /** Locks and freezes of the place that people set, with their reasons. */
  readonly locks: readonly string[]
  readonly migrations: MigrationFacts
  readonly ci: CiFacts
  /** Something keeps the place as Git has it. */
  readonly autoSync: string | undefined
}

export interface MigrationFacts {
  /** Commits between the two versions that were read. */
  readonly commits: number
  readonly irreversible: readonly string[]
  readonly reversible: readonly string[]
}

export type CiFacts =
  | { readonly kind: 'none' }
  /** Not asked yet: it takes a call. */
  | { readonly kind: 'not-asked'; readonly target: string }
  | { readonly kind: 'reachable'; readonly target: string; readonly detail: string }
  | { readonly kind: 'refused'; readonly target: string; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly target: string; readonly reason: string }

export type CheckKind = 'target' | 'others' | 'locks' | 'ci' | 'migrations' | 'auto-sync'

export interface Check {
  readonly kind: CheckKind
  readonly result: 'pass' | 'read' | 'blocks'
  readonly title: string
  readonly detail?: string | undefined
}

/** In the order in which people read them. Never throws. */
export const runChecks = (facts: CheckFacts): Check[] => [
  targetCheck(facts),
  othersCheck(facts),
  ciCheck(facts),
  migrationCheck(facts),
  ...lockChecks(facts),
  ...autoSyncCheck(facts),
]

export const blocking = (checks: readonly Check[]): Check | undefined =>
  checks.find(({ result }) => result === 'blocks')

function targetCheck(facts: CheckFacts): Check {
  const { strategy, version, live, target, versionKnown, environment, service, artifact } = facts
  const is = (result: Check['result'], title: string, detail?: string): Check => ({
    kind: 'target',
    result,
    title,
    detail,
  })
  if (version === live) return is('blocks', `${version} is live in ${environment} already`)
  if (strategy === 'hotfix')
    return versionKnown
      ? is('read', `${version} is known already`, 'A fix usually has a version of its own.')
      : is('pass', `${version} is not taken`)
  if (target?.standing === 'bad') return is('blocks', `${version} is known to be bad`, target.because)
  if (!target)
    return is('blocks', `${version} never ran in ${environment}`, `${service} can only go back to what ran there.`)
  const stored = artifact === undefined ? 'Its artifact is not known here.' : `Artifact ${artifact}.`
  return target.standing === 'good'
    ? is('pass', `${version} ran in ${environment} before`, `${target.because} ${stored}`)
    : is('read', `${version} is not known to be good`, `${target.because} ${stored}`)
}

function othersCheck({ otherEmergency, deploying, service, environment }: CheckFacts): Check {
  if (otherEmergency !== undefined)
    return {
      kind: 'others',
      result: 'blocks',
      title: `${otherEmergency} is open for ${service} in ${environment}`,
      detail: 'Join it, or cancel it first.',
    }
  if (deploying.length > 0)
    return {
      kind: 'others',
      result: 'read',
      title: `${counted(deploying.length, 'deployment')} of ${service} under way in ${environment}`,
      detail: `${deploying.join(', ')}: it may end after this one, and win.`,
    }
  return {
    kind: 'others',
    result: 'pass',
    title: `No other deployment or emergency release is running for ${service}`,
  }
}

function ciCheck({ ci }: CheckFacts): Check {
  switch (ci.kind) {
    case 'none':
      return {
        kind: 'ci',
        result: 'read',
        title: 'No CI target is set up for this place',
        detail: 'Nothing will be sent. Deploy by hand once it is approved, and say so here.',
      }
    case 'not-asked':
      return { kind: 'ci', result: 'pass', title: 'A CI target is set up', detail: ci.target }
    case 'reachable':
      return { kind: 'ci', result: 'pass', title: 'CI answers', detail: `${ci.target}. ${ci.detail}` }
    case 'refused':
      return { kind: 'ci', result: 'blocks', title: 'CI refuses us', detail: `${ci.target}: ${ci.reason}` }
    case 'unreachable':
      return {
        kind: 'ci',
        result: 'read',
        title: 'CI does not answer right now',
        detail: `${ci.target}: ${ci.reason} The request will be tried for five minutes.`,
      }
  }
}

function migrationCheck({ migrations, strategy, version, live }: CheckFacts): Check {
  const is = (result: Check['result'], title: string, detail?: string): Check => ({
    kind: 'migrations',
    result,
    title,
    detail,
  })
  if (strategy === 'hotfix') return is('pass', 'A hotfix leaves migrations as they are')
  const { irreversible, reversible, commits } = migrations
  const between = `between ${version} and ${live ?? 'what is live'}`
  if (irreversible.length > 0)
    return is(
      'blocks',
      `${counted(irreversible.length, 'migration')} ${between} cannot be taken back`,
      irreversible.join(' · '),
    )
  if (reversible.length > 0)
    return is(
      'read',
      `${counted(reversible.length, 'migration')} ${between}, said to be safe to roll back`,
      reversible.join(' · '),
    )
  return is(
    'read',
    `Migrations ${between} are not known`,
    commits === 0 ? 'No commits are known.' : `None of ${counted(commits, 'commit')} says anything of one.`,
  )
}

const lockChecks = ({ locks }: CheckFacts): Check[] =>
  locks.length === 0
    ? []
    : [{ kind: 'locks', result: 'read', title: 'This place is locked or frozen', detail: locks.join(' · ') }]

const autoSyncCheck = ({ autoSync, environment }: CheckFacts): Check[] =>
  autoSync === undefined
    ? []
    : [
        {
          kind: 'auto-sync',
          result: 'read',
          title: `${autoSync} keeps ${environment} as Git has it`,
          detail: 'If it syncs by itself it may undo this. Change Git as well, or pause the sync.',
        },
      ]

/**
 * What a commit's trailer says of its migration: `Migration: irreversible`, `Migration: reversible`; anything after the
 * word is a remark.
 */
export function migrationIn(message: string): 'irreversible' | 'reversible' | undefined {
  const [, word] = /^migration:[ \t]*(irreversible|reversible)\b/im.exec(message) ?? []
  return word?.toLowerCase() as 'irreversible' | 'reversible' | undefined
}
