import { tierOfName } from '../../core/deployment/environment.ts'
import { cleanLine } from '../../core/text/text.ts'
import { lineOf } from './payload.ts'

/**
 * Labels, tags and custom fields: what people attach to an alert or an error, by names of their own. The names that are
 * understood are in docs/sources/labels.md.
 */

/** By the sender's names, in its order. */
export type Tags = ReadonlyMap<string, string>

const MOST_TAGS = 200

/** Those of `given` that hold text, a number or yes and no; never throws. */
export function tagsOf(given: Readonly<Record<string, unknown>> | null | undefined): Tags {
  const tags = new Map<string, string>()
  for (const [name, value] of Object.entries(given ?? {})) addTag(tags, name, value)
  return tags
}

/** The same from a list of `name:value` or `name=value`; what is neither is left out. */
export function tagsInList(given: readonly string[] | null | undefined): Tags {
  const tags = new Map<string, string>()
  for (const text of given ?? []) {
    const [, name, value] = /^\s*([\w./-]{1,100})\s*[:=]\s*(\S.{0,999})$/.exec(text) ?? []
    if (name !== undefined) addTag(tags, name, value)
  }
  return tags
}

/** The same from pairs, the first of a name; Sentry's may repeat. */
export function tagsInPairs(pairs: readonly (readonly [string, unknown])[]): Tags {
  const tags = new Map<string, string>()
  for (const [name, value] of pairs) addTag(tags, name, value)
  return tags
}

function addTag(tags: Map<string, string>, name: string, value: unknown): void {
  if (tags.size >= MOST_TAGS || tags.has(name)) return
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return
  const line = cleanLine(String(value), 1000)
  if (line !== '') tags.set(name, line)
}

/** Where something was seen and in what. */
export interface Place {
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly version?: string | undefined
  readonly commit?: string | undefined
  readonly components?: readonly string[] | undefined
}

/** Names as they compare: `service.name` and `Service_Name` are one. */
const nameKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '_')

const SERVICE = ['service', 'service_name', 'app', 'app_kubernetes_io_name', 'application', 'job']
const ENVIRONMENT = ['env', 'environment', 'deployment_environment', 'deployment_environment_name']
const VERSION = ['version', 'app_version', 'service_version', 'app_kubernetes_io_version']
const COMMIT = ['commit', 'commit_sha', 'git_commit', 'git_commit_sha', 'git_sha', 'revision']
const COMPONENT = ['component', 'module']

/** What the tags say by the usual names; of several lists the first that says it counts. */
export function placeIn(...lists: readonly Tags[]): Place {
  const keyed = lists.map(byKey)
  const found = (names: readonly string[]) => valueNamed(keyed, names)
  const component = lineOf(found(COMPONENT), 200)
  return {
    service: lineOf(found(SERVICE), 200),
    environment: lineOf(found(ENVIRONMENT) ?? environmentOfNamespace(found(['namespace'])), 200),
    version: lineOf(found(VERSION) ?? versionOfRelease(found(['release'])), 200),
    commit: commitIn(found(COMMIT)),
    components: component === undefined ? undefined : [component],
  }
}

/** The first tag by one of these names, which are in the writing of `nameKey`; earlier names and lists go first. */
export const tagNamed = (lists: readonly Tags[], names: readonly string[]): string | undefined =>
  valueNamed(lists.map(byKey), names)

function valueNamed(keyed: readonly Tags[], names: readonly string[]): string | undefined {
  for (const list of keyed) {
    const name = names.find((one) => list.has(one))
    if (name !== undefined) return list.get(name)
  }
  return undefined
}

function byKey(tags: Tags): Tags {
  const keyed = new Map<string, string>()
  for (const [name, value] of tags) {
    const key = nameKey(name)
    if (!keyed.has(key)) keyed.set(key, value)
  }
  return keyed
}

/** A namespace is as often a team's; it is an environment only when it is called like one. */
const environmentOfNamespace = (namespace: string | undefined): string | undefined =>
  namespace !== undefined && /^[a-z]+$/i.test(namespace) && tierOfName(namespace) !== 'other' ? namespace : undefined

/** On Kubernetes `release` is the name under which Helm installed it; a version begins with a figure. */
function versionOfRelease(release: string | undefined): string | undefined {
  const version = versionInRelease(release)
  return version !== undefined && /^v?\d/.test(version) ? version : undefined
}

/** Sentry's way of naming a release, `checkout@2.4.1`, without the package. */
export const versionInRelease = (release: string | undefined): string | undefined =>
  release === undefined ? undefined : release.slice(release.lastIndexOf('@') + 1) || release

const commitIn = (text: string | undefined): string | undefined =>
  text !== undefined && /^[0-9a-f]{7,40}$/i.test(text) ? text.toLowerCase() : undefined

/** For the origin of an event: each tag as `label.NAME`. */
export const labelled = (tags: Tags): Record<string, string> =>
  Object.fromEntries([...tags].map(([name, value]) => [`label.${name}`, value]))
