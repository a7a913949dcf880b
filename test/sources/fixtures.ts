import { readdirSync, readFileSync } from 'node:fs'
import type { Interpretation } from '../../src/core/event.ts'
import type { RawDelivery } from '../../src/sources/source.ts'

export interface Fixture {
  readonly name: string
  readonly delivery: RawDelivery
  readonly expected: Interpretation
}

/** A request and what must come of it, as test/fixtures/deliveries/README.md says. */
export function readFixtures(kind: string): Fixture[] {
  const folder = new URL(`../fixtures/deliveries/${kind}/`, import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { headers, receivedAt, service, mapping, expected, ...sent } = JSON.parse(
        readFileSync(new URL(file, folder), 'utf8'),
      )
      return {
        name: file.replace(/\.json$/, ''),
        delivery: { headers, body: Buffer.from(textOf(sent)), receivedAt: Date.parse(receivedAt), service, mapping },
        expected: withInstants(expected),
      }
    })
}

/** As the body is on the wire: JSON, the fields of a form, or JSON line by line. */
function textOf({ body, form, lines }: { body?: unknown; form?: Record<string, unknown>; lines?: unknown[] }): string {
  if (lines !== undefined) return lines.map((line) => JSON.stringify(line)).join('\n')
  return form === undefined ? JSON.stringify(body) : formEncoded(form)
}

const formEncoded = (form: Record<string, unknown>): string =>
  new URLSearchParams(
    Object.entries(form).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
  ).toString()

const INSTANTS = new Set(['beganAt', 'at', 'startedAt', 'finishedAt', 'publishedAt', 'occurredAt', 'detectedAt'])

function withInstants<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (key, inner) => (INSTANTS.has(key) ? Date.parse(inner) : inner)) as T
}
