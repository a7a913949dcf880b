import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { sources } from '../../src/sources/index.ts'
import { readJson } from '../../src/sources/reading/json.ts'
import type { Example } from './example.ts'

/** A file that is no example, and why. */
export interface PassedOver {
  readonly name: string
  readonly why: string
}

/**
 * The examples in a folder: bodies as `<source>/…/<event>.json`, whole requests as `*.http`. A folder belongs to the
 * source with whose kind its name begins; the event of a body that does not say it is told from the file's name. What
 * lies beside a request under the same name (`.body`, `.json`) is the same once more.
 */
export function readFolder(folder: string): { examples: Example[]; passedOver: PassedOver[] } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const requests = new Set(files.filter((file) => file.endsWith('.http')).map((file) => file.slice(0, -'.http'.length)))
  const examples: Example[] = []
  const passedOver: PassedOver[] = []
  for (const name of files) {
    const isRequest = name.endsWith('.http')
    if (!isRequest && !(name.endsWith('.json') && !requests.has(name.replace(/\.json$/, '')))) continue
    const bytes = readFileSync(join(folder, name))
    const made = isRequest ? fromRequest(name, bytes) : fromBody(name, bytes)
    if (typeof made === 'string') passedOver.push({ name, why: made })
    else examples.push(made)
  }
  return { examples, passedOver }
}

function fromBody(name: string, body: Buffer): Example | string {
  const kind = kindOf(name.split(sep)[0] ?? '')
  if (kind === undefined) return 'its folder is not named after a source'
  const json = readJson(body)
  const content = (json.ok ? json.value : undefined) as Record<string, unknown> | undefined
  if (content && Object.hasOwn(content, '$schema')) return 'is a schema'
  const headers = { 'content-type': 'application/json', ...eventHeader(kind, basename(name, '.json'), content) }
  return { kind, name, headers, body }
}

/** What senders say in a header of their own. */
function eventHeader(kind: string, file: string, content: Record<string, unknown> | undefined) {
  if (kind === 'github') return { 'x-github-event': file.replace(/\..*$/, '') }
  if (kind === 'bitbucket') {
    const [subject = '', ...did] = file.replace(/^pull-request/, 'pullrequest').split('-')
    return { 'x-event-key': `${subject}:${did.join('_')}` }
  }
  if (kind !== 'sentry') return {}
  const data = (content?.data ?? {}) as Record<string, unknown>
  const told = ['error', 'event', 'metric_alert', 'issue', 'comment'].find((resource) => Object.hasOwn(data, resource))
  return { 'sentry-hook-resource': told === 'event' ? 'event_alert' : (told ?? file.replace(/\..*$/, '')) }
}

/** Request line, headers, an empty line, the body; lines of the head end in either way. */
function fromRequest(name: string, bytes: Buffer): Example | string {
  const [end, length] = [bytes.indexOf('\r\n\r\n'), 4]
  const [headEnd, bodyAt] = end < 0 ? [bytes.indexOf('\n\n'), bytes.indexOf('\n\n') + 2] : [end, end + length]
  if (headEnd < 0) return 'has no empty line between head and body'
  const [requestLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split(/\r?\n/)
  const path = requestLine.split(' ')[1] ?? ''
  const kind = path
    .split('/')
    .map(kindOf)
    .find((found) => found !== undefined)
  if (kind === undefined) return `${requestLine.split(' ')[0]} ${path} is for no source`
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { kind, name, headers, body: bytes.subarray(bodyAt) }
}

/** The longest that fits: `sentry-integration-platform` is of Sentry. */
const kindOf = (word: string): string | undefined =>
  sources
    .map(({ kind }) => kind)
    .filter((kind) => word === kind || word.startsWith(`${kind}-`) || word.startsWith(`${kind}_`))
    .sort((a, b) => b.length - a.length)[0]
