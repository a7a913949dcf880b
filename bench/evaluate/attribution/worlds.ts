/** How a simulated world makes releases, brings defects, and blurs what is reported of them. Times in days. */
export interface World {
  readonly name: string
  readonly services: number
  readonly days: number
  /** Releases per day and service, on average over services. */
  readonly cadence: number
  /** Defects of an average release. */
  readonly defectsPerRelease: number
  /** Defects grow with (1 + commits) to this power. */
  readonly sizeExponent: number
  /** Shape of the gamma distribution of how much worse or better releases are than their size. */
  readonly qualityShape: number
  /** Lag in use until a defect shows: mixture of exponentials by share and mean, or log-normal by median and sigma. */
  readonly lag:
    | { readonly mixture: readonly (readonly [share: number, mean: number])[] }
    | { readonly median: number; readonly sigma: number }
  /** Share of defects that no release brought. */
  readonly background: number
  /** That a release with an acute, severe defect is rolled back. */
  readonly rollback: number
  /** That a release goes through a canary of ten percent. */
  readonly canary: number
  readonly versions: 'semver' | 'commit'
  /** Issues are written in office hours. */
  readonly officeHours: boolean
  readonly noise: Noise
}

export interface Noise {
  readonly versionStated: number
  /** Of those stated. */
  readonly versionWrong: number
  readonly environmentMissing: number
  readonly serviceMissing: number
  /** That a service is named which depends on the guilty one. */
  readonly serviceWrong: number
  readonly fileNamed: number
  readonly textNamesVersion: number
  /** Of those named. */
  readonly textWrong: number
  /** Mean delay of a report: a tenth of it for alerts and errors, three times it for issues. */
  readonly reportDelay: number
  readonly deploymentsLost: number
}

const CLEAN: Noise = {
  versionStated: 0.95,
  versionWrong: 0,
  environmentMissing: 0,
  serviceMissing: 0,
  serviceWrong: 0,
  fileNamed: 0.6,
  textNamesVersion: 0.2,
  textWrong: 0,
  reportDelay: 0.01,
  deploymentsLost: 0,
}
const MODERATE: Noise = {
  versionStated: 0.5,
  versionWrong: 0.05,
  environmentMissing: 0.2,
  serviceMissing: 0.05,
  serviceWrong: 0.05,
  fileNamed: 0.3,
  textNamesVersion: 0.15,
  textWrong: 0.1,
  reportDelay: 0.1,
  deploymentsLost: 0.02,
}
const HARSH: Noise = {
  versionStated: 0.1,
  versionWrong: 0.15,
  environmentMissing: 0.5,
  serviceMissing: 0.2,
  serviceWrong: 0.1,
  fileNamed: 0.1,
  textNamesVersion: 0.1,
  textWrong: 0.2,
  reportDelay: 0.5,
  deploymentsLost: 0.08,
}
const TIME_ONLY: Noise = {
  versionStated: 0,
  versionWrong: 0,
  environmentMissing: 0,
  serviceMissing: 0,
  serviceWrong: 0,
  fileNamed: 0,
  textNamesVersion: 0,
  textWrong: 0,
  reportDelay: 0.02,
  deploymentsLost: 0,
}

const USUAL: Omit<World, 'name' | 'noise' | 'background'> = {
  services: 8,
  days: 180,
  cadence: 0.5,
  defectsPerRelease: 0.8,
  sizeExponent: 0.7,
  qualityShape: 0.5,
  lag: {
    mixture: [
      [0.4, 0.15],
      [0.35, 2],
      [0.25, 30],
    ],
  },
  rollback: 0.5,
  canary: 0.2,
  versions: 'semver',
  officeHours: false,
}
/** Nothing about it is what the method takes for granted. */
const MISSPECIFIED = { lag: { median: 1, sigma: 2 }, sizeExponent: 0, officeHours: true } as const

const moderate: World = { ...USUAL, name: 'moderate', noise: MODERATE, background: 0.15 }

export const WORLDS: readonly World[] = [
  { ...USUAL, name: 'time only', noise: TIME_ONLY, background: 0.1 },
  { ...USUAL, name: 'clean', noise: CLEAN, background: 0.05 },
  moderate,
  { ...USUAL, name: 'harsh', noise: HARSH, background: 0.3 },
  { ...moderate, name: 'moderate, 4 deployments a day', cadence: 4, days: 60, defectsPerRelease: 0.3 },
  { ...moderate, name: 'moderate, weekly', cadence: 1 / 7, days: 400, defectsPerRelease: 2 },
  {
    ...moderate,
    name: 'moderate, 70 % latent',
    lag: {
      mixture: [
        [0.1, 0.15],
        [0.2, 2],
        [0.7, 30],
      ],
    },
  },
  { ...moderate, name: 'moderate, commits as versions', versions: 'commit' },
  { ...moderate, ...MISSPECIFIED, name: 'misspecified' },
  { ...USUAL, ...MISSPECIFIED, name: 'misspecified and harsh', noise: HARSH, background: 0.3 },
]
