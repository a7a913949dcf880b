/** Stored with every result, so that a better method never rewrites what people acted on. */
export const ATTRIBUTION_METHOD = 'attribution-v3'

export type AttributionState = 'manual' | 'attributed' | 'suspected' | 'unattributed' | 'not-a-change'

export interface Attribution {
  readonly state: AttributionState
  /** Why it is in this state, in one sentence. */
  readonly reason: string
  /** Most likely first, at most five. */
  readonly suspects: readonly Suspect[]
  /**
   * Where the rest of the probability lies; with the suspects it sums to 1. `others`: releases below the first five;
   * `noChange`: not brought by any release of ours; `older`: by one before the candidates.
   */
  readonly rest: { readonly others: number; readonly noChange: number; readonly older: number }
  /** What was running where it was seen: stated, else what was live. Says nothing about who brought it. */
  readonly seenIn: SeenIn | undefined
  /** The release held responsible, only when a person said so or the state is attributed or suspected. */
  readonly introducedIn: IntroducedIn | undefined
  /** The method and the profiles it used, in one string. */
  readonly model: string
}

export interface SeenIn {
  readonly releaseId: number | undefined
  readonly version: string
  readonly how: 'stated' | 'live'
}

export interface IntroducedIn {
  readonly releaseId: number
  readonly probability: number
  readonly by: 'person' | 'method'
}

export interface Suspect {
  readonly releaseId: number
  readonly service: string
  readonly version: string
  /** That this release introduced the defect. */
  readonly probability: number
  /**
   * Why, in reading order: each item moves the probability on from where the one above it left it. The first says where
   * it starts. Their `points` sum to 100 × probability, rounded; their `logOdds` to ln(p / (1 − p)).
   */
  readonly evidence: readonly Evidence[]
}

export type EvidenceKind =
  | 'starting-point'
  | 'dependency'
  | 'change-size'
  | 'other-defects'
  | 'time'
  | 'stated-version'
  | 'file'
  | 'component'
  | 'mention'
  | 'link'
  | 'commit'
  | 'deployment'
  | 'undone'
  | 'seen-before'
  | 'elsewhere'
  | 'calibration'

/** One reason for or against a suspect. */
export interface Evidence {
  readonly kind: EvidenceKind
  /** `none`: looked for, and nothing was said that could tell. */
  readonly verdict: 'for' | 'against' | 'none'
  readonly title: string
  readonly sentence: string
  /** By how much the log-odds that it is this release moved (natural logarithm). */
  readonly logOdds: number
  /** By how many hundredths the probability moved; whole, and summing exactly to the rounded score. */
  readonly points: number
  /** The numbers and names in the sentence, for those who want to do without the words. */
  readonly values: Readonly<Record<string, string | number>>
}
