import { z } from 'zod'
import { SIGN_WORDS } from '../../core/verdict/release-sign.ts'

/**
 * What the API answers, field by field. The routes' answers are typed by these, and openapi.json is made from them, so
 * the three cannot drift apart. Absent values are null; ids are text; times are RFC 3339 in UTC.
 */

const id = z.string()
const time = z.iso.datetime()
const count = z.int().min(0)

export const severity = z.enum(['S1', 'S2', 'S3', 'S4'])
export const defectStatus = z.enum(['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix', 'regressed'])
export const deploymentStatus = z.enum(['pending', 'in-progress', 'succeeded', 'failed', 'cancelled'])
export const releaseKind = z.enum(['major', 'minor', 'patch', 'emergency', 'pre-release', 'unknown'])
export const deliveryState = z.enum(['accepted', 'processed', 'ignored', 'failed'])
const tier = z.enum(['production', 'staging', 'testing', 'development', 'other'])

/** A page of a list. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'The cursor of the next page; null at the end.' }),
  })

export const serviceItem = z.object({
  id,
  name: z.string(),
  owner: z.string().nullable(),
  orderPolicy: z
    .string()
    .meta({ description: 'How its versions are ordered: semver, calendar, deployed-at or manual.' }),
  repositoryUrl: z.string().nullable(),
})

export const environmentItem = z.object({ id, name: z.string(), tier })

export const liveItem = z.object({
  service: z.string(),
  environment: z.string(),
  tier,
  release: z.object({ id, version: z.string() }),
  deployment: id,
  since: time,
  until: time.nullable().meta({ description: 'When it stopped being live; null while it is.' }),
})

export const severityCounts = z.object({ S1: count, S2: count, S3: count, S4: count })

const quarantine = z.string().nullable().meta({
  description:
    'Why its version does not count, as the end of a sentence, such as "is a placeholder, not a version". It then has no place in the order, in kinds and in baselines until a deployment confirms it. null: it counts.',
})

export const releaseItem = z.object({
  id,
  service: z.string(),
  version: z.string(),
  kind: releaseKind,
  withdrawn: z.boolean(),
  quarantine,
  firstKnownAt: time,
  firstDeployedAt: time.nullable(),
  firstProductionAt: time.nullable(),
  liveIn: z.array(z.string()).meta({ description: 'Environments it runs in now, production first.' }),
  openDefects: severityCounts.meta({ description: 'Open defects of which it is the first suspect, by severity.' }),
  failedDeployments: count,
  rolledBack: count.meta({ description: 'How often a rollback took it out.' }),
})

export const releaseDeployment = z.object({
  id,
  environment: z.string(),
  status: deploymentStatus,
  effect: z.string().nullable(),
  at: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  replaced: z.string().nullable().meta({ description: 'The version it replaced there.' }),
  live: z.boolean().meta({ description: 'This deployment is what runs there now.' }),
  liveUntil: time.nullable(),
  url: z.string().nullable(),
  actor: z.string().nullable(),
})

export const verdictWord = z.enum(['too early', 'healthy', 'watch', 'suspect'])

const releaseSign = z.enum(Object.values(SIGN_WORDS).map((word) => word.toLowerCase()))

export const releaseVerdict = z.object({
  environment: z.string(),
  verdict: verdictWord,
  sign: releaseSign.meta({
    description: 'What the pages say of it there: the verdict while it runs, afterwards what became of it.',
  }),
  sentence: z.string().meta({ description: 'The decisive fact.' }),
  numbers: z.string().nullable().meta({ description: 'The comparison in one line.' }),
  comparison: z
    .object({
      word: z.string().meta({ description: 'worse, elevated, better, no sign of harm, normal or not enough data.' }),
      found: count.meta({ description: 'Defects first seen while it was live, duplicates counted once.' }),
      folded: count.meta({ description: 'Left out as duplicates.' }),
      expected: z.number().meta({ description: 'What earlier releases had shown at this age.' }),
      ratio: z.number(),
      interval: z.object({ low: z.number(), high: z.number().nullable(), confidence: z.number() }),
      visibleRatio: z
        .number()
        .nullable()
        .meta({ description: 'How many times worse than usual it had to be to have drawn attention by now.' }),
      lifeDays: z.number(),
      comparedDays: z.number(),
      evidence: z.object({ moreThanBefore: z.number(), beyondUsualSpread: z.number() }),
      earlierReleases: count,
    })
    .nullable()
    .meta({ description: 'With earlier releases at equal age; null when there are fewer than four.' }),
  reasons: z.array(
    z.object({
      kind: z.string(),
      speaks: z.enum(['for', 'against', 'neither']),
      title: z.string(),
      sentence: z.string(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      defects: z.array(z.string()),
    }),
  ),
  method: z.string(),
})

export const gateAnswer = z.object({
  pass: z.boolean(),
  verdict: verdictWord,
  locked: z
    .boolean()
    .meta({ description: 'The place is locked: an emergency release is open, or a person locked it.' }),
  reasons: z
    .array(z.string())
    .meta({ description: 'The decisive one first; one that begins with "frozen" is a freeze in force.' }),
})

export const freezeItem = z.object({
  id,
  service: z.string().nullable().meta({ description: 'null: all services.' }),
  environment: z.string(),
  from: time,
  to: time,
  reason: z.string(),
  state: z.enum(['planned', 'in force', 'over', 'cancelled']),
  createdBy: z.string().meta({ description: 'A person, or the name of a token.' }),
  createdAt: time,
  changedBy: z.string().nullable(),
  changedAt: time.nullable(),
  endedBy: z.string().nullable().meta({ description: 'Who ended it before its time; null: nobody.' }),
  endedAt: time.nullable(),
})

export const deliveryMetric = z.object({
  value: z.number().nullable().meta({ description: 'null when there is nothing to make it of.' }),
  unit: z.enum(['per day', 'hours', 'share']),
  numerator: z.number(),
  denominator: z.number(),
  rule: z.string().meta({ description: 'What is counted and what is not.' }),
  enough: z.boolean().meta({ description: 'false: too few to go by.' }),
  interval: z
    .object({ low: z.number().nullable(), high: z.number().nullable() })
    .nullable()
    .meta({ description: '95 %; an end is null where there is no limit yet.' }),
  ripe: count,
  unripe: count.meta({ description: 'Left out because it is too early to judge them.' }),
  numeratorIds: z.array(id).meta({ description: 'Deployments behind the numerator.' }),
  denominatorIds: z.array(id),
  unripeIds: z.array(id),
})

export const deliveryMetricsAnswer = z.object({
  service: z.string(),
  environment: z.string(),
  from: time,
  to: time,
  changeLeadTime: deliveryMetric,
  deploymentFrequency: deliveryMetric,
  failedDeploymentRecoveryTime: deliveryMetric,
  changeFailRate: deliveryMetric,
  deploymentReworkRate: deliveryMetric,
})

const share = z.number().min(0).max(1)

export const qualityNumber = z.object({
  value: z.number().nullable().meta({ description: 'null when there is nothing to make it of.' }),
  unit: z.enum(['share', 'per week', 'defects', 'days']),
  numerator: z.number(),
  denominator: z.number(),
  rule: z.string().meta({ description: 'What is counted and what is not.' }),
  enough: z.boolean().meta({ description: 'false: too little to go by.' }),
  interval: z
    .object({ low: z.number().nullable(), high: z.number().nullable() })
    .nullable()
    .meta({ description: '95 %, of shares and medians; an end is null where there is no limit yet.' }),
  rows: z.string().nullable().meta({
    description: 'The list of the defects that the numerator counts; null when there are none.',
  }),
})

export const qualityMetricsAnswer = z.object({
  service: z.string(),
  environment: z.string(),
  from: time,
  to: time,
  observedDays: count.meta({
    description: 'How long a release must have been in production for its defects to count in escape and removal.',
  }),
  escapeRate: qualityNumber,
  removalEfficiency: qualityNumber,
  releases: z
    .object({ observed: count, tooYoung: count })
    .meta({ description: 'Of the period: long enough in production to count in the two, and not yet.' }),
  unknownPhase: z
    .object({ defects: count, rows: z.string().nullable() })
    .meta({ description: 'Defects of these releases found in a phase nobody named: in neither number.' }),
  inflow: qualityNumber,
  outflow: qualityNumber,
  backlog: qualityNumber,
  medianAge: qualityNumber,
  highAge: qualityNumber,
  severityMix: z.object({ S1: qualityNumber, S2: qualityNumber, S3: qualityNumber, S4: qualityNumber }),
  timeToFix: qualityNumber.extend({
    sentence: z.string(),
    curve: z
      .array(z.object({ days: z.number(), open: share, interval: z.object({ low: share, high: share }) }))
      .meta({ description: 'The share not fixed after so many days, Kaplan-Meier with 95 %.' }),
  }),
  weeks: z
    .array(z.object({ from: time, to: time, inflow: count, outflow: count, backlog: count }))
    .meta({ description: 'From the beginning of the period; the last may be shorter.' }),
})

export const attributionMetrics = z.object({
  verdicts: count.meta({
    description: 'Defects that people decided and the method had a suspect for; the last 5,000.',
  }),
  right: count.meta({ description: 'Of these, those in which the first suspect was it.' }),
  calibrationError: share
    .nullable()
    .meta({ description: 'Mean distance between what was said and what was right; null under 20 verdicts.' }),
  bands: z.array(
    z.object({
      from: share,
      to: share,
      verdicts: count,
      right: count,
      said: share.nullable().meta({ description: 'Mean probability; null without verdicts.' }),
      interval: z.object({ low: share, high: share }).meta({ description: 'Of the share of right ones, 90 %.' }),
      answer: z.enum(['holds', 'says too much', 'says too little', 'too few verdicts']),
      rows: z.string().nullable().meta({ description: 'The list of these defects; null without any.' }),
    }),
  ),
  states: z.record(z.string(), count).meta({ description: 'Defects first seen in the last 30 days.' }),
  services: z.array(
    z.object({
      service: z.string(),
      detection: z.string(),
      learnedAt: time.nullable(),
      timeAlone: z
        .object({ verdicts: count, right: count, mayName: z.boolean() })
        .meta({ description: 'Whether time alone may name a release here, and the verdicts that say so.' }),
    }),
  ),
  learning: z
    .object({
      at: time,
      outcome: z.enum(['adopted', 'no-better', 'too-few-defects']),
      defects: count,
      verdicts: count,
    })
    .nullable()
    .meta({ description: 'What the last night brought.' }),
  underWay: z
    .array(
      z.object({
        service: z.string().nullable().meta({ description: 'Null: defects that name none.' }),
        since: time,
        defects: count.meta({ description: '10,000 at most.' }),
      }),
    )
    .meta({ description: 'Suspicions that are being worked out again, of defects first seen since then.' }),
})

export const worstServices = z.object({
  sentence: z.string(),
  places: count.meta({ description: 'Services that run there.' }),
  notJudged: count.meta({ description: 'Left out because they were too many at once: those with fewest defects.' }),
  services: z
    .array(
      z.object({
        service: z.string(),
        version: z.string(),
        evidence: z
          .number()
          .meta({ description: 'That its defects come more often than in earlier releases, an e-value.' }),
        believed: z.boolean().meta({ description: 'Above the line: at most one in twenty of these is no worse.' }),
        verdict: verdictWord,
        sentence: z.string().nullable().meta({ description: 'The comparison in one line.' }),
      }),
    )
    .meta({ description: 'Those with any evidence, the worst first.' }),
})

export const serviceSignals = z.object({
  service: z.string(),
  version: z.string().meta({ description: 'What runs there.' }),
  drift: z
    .object({
      word: z.enum(['not enough data', 'steady', 'more defects', 'fewer defects']),
      sentence: z.string(),
      usual: z.number().nullable().meta({ description: 'Defects per unit of exposure; null: not enough data.' }),
      spread: z.number().nullable().meta({ description: 'By how much the limits are widened for uneven weeks.' }),
      weeks: z.array(
        z.object({
          from: time,
          defects: count,
          exposure: z.number(),
          low: z.number().nullable(),
          high: z.number().nullable().meta({ description: 'Limits of defects per unit of exposure.' }),
          signal: z.enum(['high', 'low']).nullable(),
        }),
      ),
    })
    .meta({ description: 'Whether one of the last four whole weeks lies outside what weeks vary by (u-chart).' }),
  worsening: z
    .object({
      word: z.enum(['not enough data', 'steady', 'rising']),
      sentence: z.string(),
      since: time.nullable().meta({ description: 'When the rise probably began.' }),
      sum: z.number().nullable(),
      decision: z.number().nullable().meta({ description: 'The sum that is an alarm.' }),
      periodsBetweenFalseAlarms: z.number().nullable(),
    })
    .meta({ description: 'Whether defects have come more often for a while (CUSUM for a doubling).' }),
  hidden: z
    .object({
      word: z.enum(['too early', 'estimated', 'roughly estimated']),
      sentence: z.string(),
      total: z.number().nullable().meta({ description: 'In the long run; null: it cannot be estimated.' }),
      remaining: z.number().nullable(),
    })
    .meta({ description: 'How many defects of the live release are still to be found (Goel-Okumoto).' }),
})

export const signalsAnswer = z.object({
  environment: z.string(),
  at: time,
  per: z.enum(['live-days', 'deployments']),
  worst: worstServices
    .nullable()
    .meta({ description: 'Over all services there; null on further pages and for one service.' }),
  services: z.array(serviceSignals).meta({ description: 'Those that run there now, by name.' }),
  next: z.string().nullable(),
})

export const releaseDetails = z.object({
  id,
  service: z.string(),
  version: z.string(),
  kind: releaseKind,
  name: z.string().nullable(),
  notes: z.string().nullable(),
  url: z.string().nullable(),
  commit: z.string().nullable(),
  artifact: z.string().nullable(),
  withdrawn: z.boolean(),
  quarantine,
  emergency: z
    .object({
      points: count,
      verdict: z.enum(['emergency', 'ask', 'normal']).meta({ description: 'ask: a person should say.' }),
      reasons: z.array(
        z.object({
          kind: z.string(),
          sentence: z.string(),
          points: count,
          defects: z.array(z.string()).meta({ description: 'The defects it speaks of, as PF-1284.' }),
        }),
      ),
    })
    .meta({ description: 'Whether it was outside the normal path: from 3 points on it was, 2 are a question.' }),
  previous: z.string().nullable().meta({ description: 'The version just below in the order of its service.' }),
  commits: count,
  publishedAt: time.nullable(),
  plannedAt: time.nullable().meta({ description: 'For when it is planned; null: nobody said.' }),
  firstKnownAt: time,
  firstDeployedAt: time.nullable(),
  firstProductionAt: time.nullable(),
  defects: z.object({
    introduced: count.meta({ description: 'Defects of which it is the first suspect, or the confirmed cause.' }),
    regressed: count.meta({ description: 'Defects that had been fixed and came back in it.' }),
    fixed: count.meta({ description: 'Defects whose fix it is named to contain.' }),
    carriedOver: count
      .nullable()
      .meta({ description: 'Open defects first seen before it was first deployed; null when it never was.' }),
  }),
  verdicts: z
    .array(releaseVerdict)
    .meta({ description: 'One for each environment it reached, production first; judged as of now.' }),
  sessions: z
    .array(
      z.object({
        environment: z.string(),
        total: count,
        crashed: count,
        crashFree: z.number().min(0).max(1).nullable().meta({ description: 'Share of them that did not crash.' }),
        firstDay: z.iso.date(),
        lastDay: z.iso.date().meta({ description: 'The last day, UTC, on which one began.' }),
      }),
    )
    .meta({ description: 'Sessions that ran it, as Sentry SDKs report them, by environment, the most first.' }),
  deployments: z.array(releaseDeployment).meta({ description: 'The newest 100, newest first.' }),
})

export const deploymentItem = z.object({
  id,
  service: z.string(),
  environment: z.string(),
  release: z
    .object({ id, version: z.string() })
    .nullable()
    .meta({ description: 'null for a removal that names none and ended none.' }),
  commit: z.string().nullable(),
  status: deploymentStatus,
  action: z.enum(['deploy', 'rollback', 'remove']).meta({ description: 'What the sender says it was for.' }),
  effect: z
    .string()
    .nullable()
    .meta({ description: 'What it did: deploy, rollback, redeploy or removal; null until it succeeded.' }),
  at: time.meta({ description: 'Its place in time: the end of a finished one, else its start.' }),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  replaced: z.string().nullable(),
  url: z.string().nullable(),
  actor: z.string().nullable(),
  source: z.string(),
  senderId: z.string().nullable().meta({ description: 'The id the sender gave it.' }),
})

const defectId = z
  .string()
  .regex(/^PF-\d+$/)
  .meta({ examples: ['PF-1284'] })

export const defectItem = z.object({
  id: defectId,
  title: z.string(),
  severity,
  status: defectStatus,
  service: z.string().nullable(),
  environment: z.string().nullable(),
  firstSeenAt: time,
  lastSeenAt: time,
  occurrences: count,
  assignee: z.string().nullable(),
  attribution: z.string().meta({ description: 'attributed, suspected, unattributed, manual or not-a-change.' }),
  suspect: z
    .object({ service: z.string(), version: z.string(), probability: z.number().nullable() })
    .nullable()
    .meta({ description: 'The first suspect.' }),
})

export const evidence = z.object({
  kind: z.string(),
  verdict: z.enum(['for', 'against', 'none']),
  title: z.string(),
  sentence: z.string(),
  logOdds: z.number().meta({ description: 'By how much the log-odds moved (natural logarithm).' }),
  points: z.number().meta({ description: 'By how many hundredths the probability moved; they add up to it.' }),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})

export const defectTime = z.object({
  at: time.nullable().meta({ description: 'null: it has not come to that, or nobody said.' }),
  setBy: z.string().nullable().meta({ description: 'The person whose word it is; null: it follows from the rest.' }),
  setAt: time.nullable(),
})

export const defectDetails = z.object({
  id: defectId,
  title: z.string(),
  description: z.string().nullable(),
  severity,
  status: defectStatus,
  statusAt: time,
  open: z.boolean(),
  phase: z.enum(['development', 'testing', 'staging', 'production']).nullable(),
  service: z.string().nullable(),
  environment: z.string().nullable(),
  version: z.string().nullable().meta({ description: 'The version a report says it was first seen in.' }),
  commit: z.string().nullable(),
  url: z.string().nullable(),
  firstSeenAt: time,
  lastSeenAt: time,
  detectedAt: time,
  times: z
    .object({
      occurred: defectTime.meta({ description: 'First seen.' }),
      detected: defectTime.meta({ description: 'When somebody or something noticed.' }),
      reported: defectTime.meta({ description: 'When it was first told of.' }),
      acknowledged: defectTime.meta({
        description: 'When somebody took it up: as senders say, else first triaged, in progress or given an owner.',
      }),
      mitigated: defectTime.meta({ description: 'When its effects were held off, as senders or people say.' }),
      resolved: defectTime.meta({ description: 'Since when it is fixed or given up; null while it is open.' }),
    })
    .meta({ description: 'The instants of its life, kept apart. What a person sets stands above all else.' }),
  occurrences: count,
  assignee: z.object({ id, name: z.string() }).nullable(),
  seenIn: z
    .array(z.object({ version: z.string(), first: time, last: time, occurrences: count }))
    .meta({ description: 'Versions that its sightings name, the last seen first; at most 20.' }),
  fixedIn: z.array(z.string()).meta({ description: 'Versions that contain the fix.' }),
  fixes: z
    .array(
      z.object({
        said: z.string().meta({ description: 'As it was said: a version, a commit, or a promise.' }),
        version: z
          .string()
          .nullable()
          .meta({ description: 'The release it means; null: no deployment kept the promise yet.' }),
        saidAt: time,
        saidBy: z.string().meta({ description: 'A person, or the slug of a source.' }),
        liveIn: z
          .array(z.object({ environment: z.string(), version: z.string() }))
          .meta({ description: 'Where a release that contains it runs now.' }),
      }),
    )
    .meta({ description: 'What is said to fix it, several releases when the fix was backported.' }),
  regression: z
    .object({
      answer: z.enum([
        'regression',
        'possible regression',
        'old version still affected',
        'reappeared by rollback',
        'straggler',
        'unknown',
      ]),
      sentence: z.string().meta({ examples: ['Seen in 8.1.3; fixed in 8.1.2 on the same line.'] }),
      at: time.meta({ description: 'When it was seen.' }),
    })
    .nullable()
    .meta({
      description: 'What its sightings since the fix mean; only a regression opens it again. null: none since.',
    }),
  generations: z
    .array(
      z.object({
        number: z.int().min(1),
        since: time,
        seenIn: z.string().nullable().meta({ description: 'The version in which it came back; null for the first.' }),
        reason: z.string().nullable(),
        fixedAt: time.nullable(),
        fixedIn: z.array(z.string()),
      }),
    )
    .meta({ description: 'Its lives: one more with every regression. Empty while it was never said to be fixed.' }),
  attribution: z.object({
    state: z.string().meta({ description: 'attributed, suspected, unattributed, manual or not-a-change.' }),
    reason: z.string().nullable(),
    method: z.string(),
    model: z.string().nullable().meta({ description: 'The method with what it had learned.' }),
    running: z
      .object({ version: z.string(), how: z.enum(['stated', 'live']) })
      .nullable()
      .meta({
        description: 'What ran where it was seen: stated by a report, or live then. Says nothing about who brought it.',
      }),
    rest: z
      .object({ others: z.number(), noChange: z.number(), older: z.number() })
      .nullable()
      .meta({ description: 'Where the probability lies that no suspect has; with the suspects it sums to 1.' }),
    decidedBy: z.string().nullable().meta({ description: 'The person who decided; null while only the method did.' }),
  }),
  suspects: z
    .array(
      z.object({
        rank: z.int(),
        release: z.object({ id, service: z.string(), version: z.string() }),
        probability: z.number(),
        evidence: z.array(evidence),
      }),
    )
    .meta({ description: 'Most likely first.' }),
  reports: z
    .array(
      z.object({
        id,
        source: z.string(),
        externalId: z.string().nullable().meta({ description: 'What the source calls it.' }),
        url: z.string().nullable(),
        firstSeenAt: time.nullable(),
        lastSeenAt: time.nullable(),
        occurrences: count,
      }),
    )
    .meta({ description: 'The first 50.' }),
  reportCount: count,
  activityCount: count,
  identity: z
    .array(
      z.object({
        id,
        kind: z.enum(['merge', 'split']),
        from: defectId.nullable().meta({ description: 'What was merged, or what was split.' }),
        into: defectId.nullable().meta({ description: 'What it was merged into, or what was split off.' }),
        at: time,
        by: z.string(),
        reason: z.string(),
      }),
    )
    .meta({
      description: 'What people said of which reports are this defect and still holds, latest first; at most 50.',
    }),
})

export const deliveryItem = z.object({
  id,
  source: z.string(),
  key: z.string().meta({ description: "The sender's id of the delivery, or one made from its body." }),
  receivedAt: time,
  state: deliveryState,
  event: z.string().nullable(),
  reason: z.string().nullable(),
  conclusions: z.array(z.looseObject({ kind: z.string() })).meta({ description: 'What was concluded from it.' }),
  attempts: count,
  processedAt: time.nullable(),
  tookMs: count.nullable(),
  replaySuspect: z.boolean().meta({ description: 'Its body had come before under another id.' }),
  test: z.boolean().meta({ description: 'It was made by Postflight to try the way, and changes nothing.' }),
  bodyGoneAt: time.nullable().meta({ description: 'When its body was let go of; null: it is still there.' }),
})

export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .meta({ description: 'For bad input: where, as in commits.3.sha, and what.' }),
})
