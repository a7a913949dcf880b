import type { RawDelivery } from '../source.ts'
import { readEnvelope } from './envelope.ts'

/**
 * The public key of the DSN, by which an SDK says where it reports to: in the address, in `X-Sentry-Auth`, or in the DSN
 * that an envelope brings along. The first place that has one counts, and one that has two has none.
 */
export function keyOf({ headers, body, pathToken }: RawDelivery): string | undefined {
  if (pathToken !== undefined) return pathToken
  const header = headers['x-sentry-auth']
  if (header !== undefined) return onlyKeyIn(header)
  const { dsn } = readEnvelope(body).header
  return typeof dsn === 'string' ? /^https?:\/\/(\w{1,512})(?::\w*)?@/.exec(dsn)?.[1] : undefined
}

function onlyKeyIn(header: string): string | undefined {
  if (!/^sentry /i.test(header)) return undefined
  const parts = header
    .slice('sentry '.length)
    .split(',')
    .map((part) => part.trim())
  const keys = parts.filter((part) => part.startsWith('sentry_key='))
  return keys.length === 1 ? keys[0]?.slice('sentry_key='.length) : undefined
}
