/** Where things live. Versions and names may hold slashes and spaces, so they are always encoded. */

export const releasePath = (service: string, version: string): string =>
  `/releases/${encodeURIComponent(service)}/${encodeURIComponent(version)}`

export const servicePath = (service: string): string => `/services/${encodeURIComponent(service)}`

export const defectPath = (id: number): string => `/defects/PF-${id}`

/** The reports that are a defect; those of one source alone. */
export const reportsOfPath = (defectId: number, source?: string): string =>
  withQuery(`${defectPath(defectId)}/reports`, { source })

/** What is compared, two to four releases. */
export interface ComparedAddress {
  readonly releases: readonly { readonly letter: string; readonly service: string; readonly version: string }[]
  readonly environment: string
}

/** The defects that a number of a comparison counts, such as `found-A` or `several`; found by an age in days. */
export const comparedPath = (
  { releases, environment }: ComparedAddress,
  counted: `${'found' | 'severe' | 'fixed' | 'regressed' | 'only'}-${string}` | 'several',
  days?: number,
): string =>
  withQuery('/defects', {
    status: 'any',
    ...Object.fromEntries(
      releases.map(({ letter, service, version }) => [`compared${letter}`, `${service}@${version}`]),
    ),
    ...{ comparedIn: environment, compared: counted, comparedUntil: days },
  })

/** The releases that come into question for a defect. */
export const inQuestionPath = (defectId: number): string => withQuery('/releases', { inQuestionFor: `PF-${defectId}` })

/** The releases of a service that were weighed for a defect; with a file, those of them that changed it. */
export const weighedPath = (defectId: number, service: string, file?: string): string =>
  withQuery('/releases', { weighedFor: `PF-${defectId}`, weighedOf: service, changing: file })

/**
 * The releases that one is compared with in an environment: those that tell what is usual, or all that tell how much
 * releases differ there.
 */
export const baselinePath = (
  release: { readonly service: string; readonly version: string; readonly environment: string },
  counted: 'usual' | 'all',
): string =>
  withQuery('/releases', {
    baselineOf: `${release.service}@${release.version}`,
    ...{ baselineIn: release.environment, baseline: counted },
  })

/** The defects that a release had shown in an environment when it had been live for so many days. */
export const shownPath = (
  release: { readonly service: string; readonly version: string; readonly environment: string },
  days: number,
  onlySevere = false,
): string =>
  withQuery('/defects', {
    ...{ status: 'any', shownOf: release.service, shownBy: release.version, shownIn: release.environment },
    ...{ shownUntil: days, shownSevere: onlySevere ? 1 : undefined },
  })

/** As addresses name a band of probabilities: `80..95`, in percent. */
export const saidText = (from: number, to: number): string => `${Math.round(from * 100)}..${Math.round(to * 100)}`

/** The defects whose first suspect was said with a probability from the one to below the other, and that people judged. */
export const saidPath = (from: number, to: number, onlyAgreed = false): string =>
  withQuery('/defects', {
    ...{ status: 'any', said: saidText(from, to) },
    agreed: onlyAgreed ? 'yes' : undefined,
  })

/** The defects that the last night learned from, or those of them that people had decided. */
export const learnedFromPath = (counted: 'defects' | 'verdicts'): string =>
  withQuery('/defects', { status: 'any', learned: counted })

/** The defects of a service that time alone was sure of and people decided; those of them that it was right of. */
export const timeAlonePath = (service: string, counted: 'time' | 'time-right'): string =>
  withQuery('/defects', { status: 'any', learned: counted, learnedOf: service })

export const deliveryPath = (id: number): string => `/deliveries/${id}`

/** What a rule did: when it fired, when it was held back; after an instant. */
export const firingsPath = (
  ruleId: number,
  { outcome, since }: { readonly outcome?: string | undefined; readonly since?: number | undefined },
  page: Readonly<Record<string, number | undefined>> = {},
): string =>
  withQuery(`/rules/${ruleId}`, { outcome, since: since === undefined ? undefined : instantText(since), ...page })

/** Where what a source calls things becomes the operator's own names. */
export const namesPath = (slug: string): string => `/setup/sources/${slug}`

/** What comes in from a source, and what of it was refused. */
export const receivingPath = (slug: string): string => `/setup/sources/${slug}/receiving`

/** The deliveries that a source was asked for again; those that came of them. */
export const redeliveriesPath = (slug: string, onlyArrived = false): string =>
  withQuery(`/setup/sources/${slug}/redeliveries`, { arrived: onlyArrived ? 'yes' : undefined })

/** `path?a=1&b=2` without the empty ones. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  let address = path
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '')
      address += `${address === path ? '?' : '&'}${queryText(name)}=${queryText(String(value))}`
  return address
}

/** There are a thousand addresses on a page, and most of their values need no escape. */
const queryText = (value: string): string => (/^[\w.:,*-]*$/.test(value) ? value : escapedText(value))

/** Colons and commas stand for themselves in a query (RFC 3986, 3.4): times and lists stay short, and can be read. */
const escapedText = (value: string): string =>
  new URLSearchParams({ '': value }).toString().slice(1).replaceAll('%3A', ':').replaceAll('%2C', ',')

/** An instant as addresses name it: `2026-11-22T21:10:00Z`, with milliseconds where there are any. */
export function instantText(at: number): string {
  const known = instantTexts.get(at)
  if (known !== undefined) return known
  const text = new Date(at).toISOString().replace('.000Z', 'Z')
  if (instantTexts.size === MOST_INSTANT_TEXTS) instantTexts.clear()
  instantTexts.set(at, text)
  return text
}
/** All links of a page's charts name the same edges: some hundred instants, thousands of times. */
const instantTexts = new Map<number, string>()
const MOST_INSTANT_TEXTS = 1_000

/** The deployments of a service, of a release of it, or of a stretch of time, as a file. */
export const deploymentsCsv = (asked: {
  readonly service?: string
  readonly release?: string
  readonly from?: number
  readonly to?: number
}): string => {
  const instant = (at: number | undefined) => (at === undefined ? undefined : instantText(at))
  return withQuery('/deployments.csv', { ...asked, from: instant(asked.from), to: instant(asked.to) })
}

/**
 * An address that came from outside, fit for a link: http and https only, else undefined.
 * (`javascript:` in an href would run on a click.)
 */
export function safeExternalUrl(url: string | null | undefined): string | undefined {
  if (!url) return undefined
  try {
    const { protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}

export const emergencyPath = (id: number): string => `/emergency/ER-${id}`

export const channelPath = (id: number): string => `/admin/channels/${id}`

export const reportPath = (id: number): string => `/reports/${id}`
