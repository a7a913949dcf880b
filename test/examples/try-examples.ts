import { createHash } from 'node:crypto'
import type { Interpretation } from '../../src/core/event.ts'
import { keptHeaders } from '../../src/operations/intake/receive-delivery.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { RunningServer } from '../../src/serve.ts'
import { findSource } from '../../src/sources/index.ts'
import { faultsIn } from '../sources/faults-in.ts'
import { proofOf } from '../support/signing.ts'
import type { Example } from './example.ts'

/** What became of one example. */
export interface Tried {
  readonly example: Example
  readonly made: Interpretation
  /** What should not have been: an answer other than success, no reason, no path, something unfit to be stored. */
  readonly findings: readonly string[]
}

/** Delivers each to a running server as its sender would, signed, and looks at what was made of it. */
export async function tryExamples({ deps }: RunningServer, examples: readonly Example[]): Promise<Tried[]> {
  const { store, secretBox, clock, config, processor } = deps
  const secrets = new Map<string, string>()
  for (const kind of new Set(examples.map((example) => example.kind)))
    secrets.set(kind, (await createSource(store, secretBox, { kind }, clock())).secret)

  const sent: { example: Example; receivedAt: number; answer: string; id: number | undefined }[] = []
  for (const example of examples) {
    const receivedAt = clock()
    const { kind, body } = example
    const headers = { ...sendable(example.headers), ...namedHeaders(example) }
    const proof = proofOf(kind, { headers, body, receivedAt }, secrets.get(kind) ?? '')
    const address = `${config.publicUrl}/hooks/${kind}`
    const answer = await fetch(address, { method: 'POST', headers: { ...headers, ...proof }, body: Buffer.from(body) })
    const told = answer.ok ? ((await answer.json()) as { delivery: string }) : undefined
    sent.push({ example, receivedAt, answer: String(answer.status), id: told && Number(told.delivery) })
  }
  await processor.runUntilIdle()

  const tried: Tried[] = []
  for (const { example, receivedAt, answer, id } of sent) {
    const row = await store.db
      .selectFrom('deliveries')
      .select(['state', 'reason', 'body_sha256'])
      .where('id', '=', id ?? -1)
      .executeTakeFirst()
    const made = interpretAs(example, receivedAt)
    const findings = [
      ...(answer === '202' || answer === '200' ? [] : [`was answered ${answer}`]),
      // Of an event that came before, what came first is kept.
      ...(answer === '202' && row?.body_sha256 !== sha256(example.body) ? ['other bytes were kept'] : []),
      ...(row && row.state !== STATE[made.kind] ? [`ended as ${row.state}: ${row.reason}`] : []),
      ...(made.kind === 'unreadable' && made.problems.some(({ path }) => path === '') && isJson(example.body)
        ? ['is unreadable without a path']
        : []),
      ...faultsIn(made),
    ]
    tried.push({ example, made, findings })
  }
  return tried
}

const STATE = { events: 'processed', ignored: 'ignored', unreadable: 'failed' } as const

const interpretAs = ({ kind, headers, body }: Example, receivedAt: number): Interpretation =>
  findSource(kind)?.interpret({ headers: keptHeaders(headers), body, receivedAt }) ?? {
    kind: 'unreadable',
    problems: [],
  }

/** Of a recorded request, all but what belongs to its connection and what proved its sender. */
const sendable = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) =>
        !/^(host|connection|content-length|transfer-encoding|accept.*|expect|authorization|.*signature.*|x-gitlab-token|webhook-timestamp)$/.test(
          name,
        ),
    ),
  )

/** Our own key where the sender has none, so that two of the same bytes are two. */
const namedHeaders = ({ kind, name }: Example): Record<string, string> =>
  kind === 'standard-webhooks' ? { 'webhook-id': `msg_${sha256(Buffer.from(name)).slice(0, 20)}` } : {}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return true
  } catch {
    return false
  }
}
