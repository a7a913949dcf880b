/** Where things live. Versions and names may hold slashes and spaces, so they are always encoded. */

export const releasePath = (service: string, version: string): string =>
  `/releases/${encodeURIComponent(service)}/${encodeURIComponent(version)}`

export const servicePath = (service: string): string => `/services/${encodeURIComponent(service)}`

export const defectPath = (id: number): string => `/defects/PF-${id}`

/** These defects one by one; undefined when they are more than an address holds, or none. */
export const defectsById = (ids: readonly number[]): string | undefined =>
  ids.length === 0 || ids.length > 200 ? undefined : withQuery('/defects', { status: 'any', ids: ids.join(',') })

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

export const deliveryPath = (id: number): string => `/deliveries/${id}`

/** Where what a source calls things becomes the operator's own names. */
export const namesPath = (slug: string): string => `/setup/sources/${slug}`

/** What comes in from a source, and what of it was refused. */
export const receivingPath = (slug: string): string => `/setup/sources/${slug}/receiving`

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
export const instantText = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

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
