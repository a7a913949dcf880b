/**
 * What an inbound system says, in our words. A source turns a raw delivery into these and stops; everything after
 * (which rows change, which release is suspected) is decided from them alone, in any order of arrival.
 *
 * Instants are epoch milliseconds, UTC.
 */

export type EnvironmentTier = 'production' | 'staging' | 'testing' | 'development' | 'other'
export type ReleaseKind = 'major' | 'minor' | 'patch' | 'emergency' | 'pre-release' | 'unknown'
export type DeploymentStatus = 'pending' | 'in-progress' | 'succeeded' | 'failed' | 'cancelled'
/** What the sender says the deployment was for; `rollback` here is the sender's word, we also recognise one ourselves. */
export type DeploymentAction = 'deploy' | 'rollback' | 'remove'
export type Severity = 'S1' | 'S2' | 'S3' | 'S4'
export type DefectStatus = 'open' | 'triaged' | 'in-progress' | 'fixed' | 'verified' | 'wont-fix' | 'regressed'
/** Phase in which a defect was found. */
export type Phase = 'development' | 'testing' | 'staging' | 'production'
/** Who noticed a defect: a monitor, an error tracker, or a person who wrote it down. */
export type Detection = 'alert' | 'error' | 'issue'

export interface Commit {
  readonly sha: string
  /** With its line breaks: trailers such as `Fixes:` stand on lines of their own. */
  readonly message?: string | undefined
  readonly author?: string | undefined
  readonly at?: number | undefined
  /** Paths it added, changed or removed. */
  readonly files?: readonly string[] | undefined
}

/**
 * What a sender says its event is about, by the sender's own field names, for the operator's rules that tell services
 * apart: `repository`, `project`, `label.team`. At most 50, each value one line of at most 200 characters.
 */
export type Origin = Readonly<Record<string, string>>

/** What the operator's rules made of an event: core/inbound/service-rules.ts, core/inbound/severity-words.ts. */
export interface Applied {
  /** The service as the sender names it. What the sender calls the same thing stays the same when the rules change. */
  readonly ownService: string | undefined
  /** Of what the event says of the service, as statements are weighed: core/facts.ts. */
  readonly serviceWeight: number
  /** Of what a defect says of its severity: core/inbound/severity-words.ts. */
  readonly severityWeight?: number | undefined
  /** It was read again after the rules changed: where it names no service now, earlier readings are taken back. */
  readonly isReading: boolean
}

export interface DeploymentEvent {
  readonly type: 'deployment'
  readonly origin?: Origin | undefined
  readonly applied?: Applied | undefined
  /** The sender's name for this deployment, the same over all its states. Absent: derived from service, environment, version and time. */
  readonly key?: string | undefined
  readonly service: string
  readonly environment: string
  readonly tier?: EnvironmentTier | undefined
  /** Absent: the release is named after its commit. Only a removal may name neither; it ends whatever ran. */
  readonly version?: string | undefined
  readonly commit?: string | undefined
  readonly status: DeploymentStatus
  readonly action: DeploymentAction
  /** When the sender says this state was reached. */
  readonly at: number
  readonly startedAt?: number | undefined
  readonly finishedAt?: number | undefined
  readonly url?: string | undefined
  readonly actor?: string | undefined
  readonly artifact?: string | undefined
  readonly kind?: ReleaseKind | undefined
  /** Share of the traffic that gets it, above 0 and at most 100; absent: nobody said, so all of it. */
  readonly percent?: number | undefined
  readonly commits?: readonly Commit[] | undefined
  /** Paths that the release changed, beside those of its commits. */
  readonly files?: readonly string[] | undefined
}

export interface ReleaseEvent {
  readonly type: 'release'
  readonly origin?: Origin | undefined
  readonly service: string
  readonly version: string
  readonly at: number
  readonly commit?: string | undefined
  readonly artifact?: string | undefined
  readonly kind?: ReleaseKind | undefined
  readonly name?: string | undefined
  readonly notes?: string | undefined
  readonly url?: string | undefined
  readonly publishedAt?: number | undefined
  /** For when it is planned; usually in the future. */
  readonly plannedAt?: number | undefined
  readonly commits?: readonly Commit[] | undefined
  readonly files?: readonly string[] | undefined
  /** The sender took the release back (deleted or unpublished); it stays known, marked as withdrawn. */
  readonly withdrawn?: boolean | undefined
}

export interface DefectEvent {
  readonly type: 'defect'
  readonly origin?: Origin | undefined
  readonly applied?: Applied | undefined
  /** The sender's identity of the defect (issue number, alert fingerprint); reports with the same key are the same defect. */
  readonly key?: string | undefined
  /** Groups reports of one service over all senders. */
  readonly fingerprint?: string | undefined
  /** What it is known by after the operator's rules: core/defect/identity-rules.ts. */
  readonly identity?: { readonly own: readonly string[]; readonly mentioned: readonly string[] } | undefined
  /** Absent in a mere change of state, such as "incident resolved". */
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly tier?: EnvironmentTier | undefined
  /** The version in which it was seen. */
  readonly version?: string | undefined
  readonly commit?: string | undefined
  /** The sender's key of the deployment it blames. */
  readonly deployment?: string | undefined
  readonly artifact?: string | undefined
  /** Files of its stack frames in the application's own code, the outermost last. */
  readonly files?: readonly string[] | undefined
  /** Directories or modules it is filed under. */
  readonly components?: readonly string[] | undefined
  /** Issues, pull requests and deployments it is linked with, as core/inbound/references.ts writes them. */
  readonly links?: readonly string[] | undefined
  /** The version or release that is said to have brought it. */
  readonly introducedIn?: string | undefined
  /** Commits that are said to have brought it; whole ids or their beginnings. */
  readonly culpritCommits?: readonly string[] | undefined
  readonly detection?: Detection | undefined
  readonly severity?: Severity | undefined
  /** The sender's own word for it (`sev-2`, `Highest`), which the operator may rank otherwise than we do. */
  readonly severityWord?: string | undefined
  readonly status?: DefectStatus | undefined
  /** Versions that fix it, or promises (core/defect/fix.ts); empty: the sender knows of none any more. */
  readonly fixedIn?: readonly string[] | undefined
  readonly phase?: Phase | undefined
  readonly url?: string | undefined
  /** When the sender says this (creation, resolution, edit). */
  readonly at: number
  /** When the fault was seen; absent in a change of state that sights nothing. */
  readonly occurredAt?: number | undefined
  readonly detectedAt?: number | undefined
  /** When it was reported to somebody, when somebody took it up, and when its effects were held off without a fix. */
  readonly reportedAt?: number | undefined
  readonly acknowledgedAt?: number | undefined
  readonly mitigatedAt?: number | undefined
  /** How many occurrences this report stands for; 0 when it is only a change of state. */
  readonly count: number
  /** Names this sighting, so that hearing of it twice counts once. Absent: the delivery names it. */
  readonly sighting?: string | undefined
}

/** Commits that reached a branch of the service's repository: how they follow each other, and what each changed. */
export interface PushEvent {
  readonly type: 'push'
  readonly origin?: Origin | undefined
  readonly service: string
  /** What the branch ended in before; absent when it was new or was forced, so that these commits do not follow it. */
  readonly before?: string | undefined
  /** What it ends in now. */
  readonly after: string
  /** Oldest first. */
  readonly commits: readonly Commit[]
}

/** Sessions that ran a release, and how many of them crashed: one of which more may be heard, or several counted. */
export interface SessionsEvent {
  readonly type: 'sessions'
  readonly origin?: Origin | undefined
  readonly service: string
  readonly version: string
  readonly environment: string
  /** When the first of them began; they count for that day, UTC. */
  readonly beganAt: number
  readonly total: number
  readonly crashed: number
  /** Names them, so that what is heard of them later corrects this. Absent: the delivery names them. */
  readonly name?: string | undefined
}

export type SourceEvent = DeploymentEvent | ReleaseEvent | DefectEvent | PushEvent | SessionsEvent

/** Where in a payload something was wrong; path as in `commits.3.sha`, empty for the whole. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** What a source made of one delivery. `notes` are remarks for the operator, such as a time that could not be believed. */
export type Interpretation =
  | { readonly kind: 'events'; readonly events: readonly SourceEvent[]; readonly notes?: readonly string[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }
