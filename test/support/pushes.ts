import { createHash } from 'node:crypto'
import type { DeliveryProcessor } from '../../src/operations/intake/process-deliveries.ts'
import type { Store } from '../../src/store/database.ts'
import { insertSource } from '../../src/store/sources/sources.ts'

/** The main branch of `service` moves, or another `ref`; commits as GitHub lists them, `modified` for their files. */
export interface Pushed {
  readonly service?: string
  readonly ref?: string
  readonly before?: string | undefined
  readonly after?: string
  readonly commits?: readonly { readonly id: string; readonly modified?: readonly string[] | undefined }[]
  readonly forced?: boolean
  /** Of a tag: the commit it stands at, and when it was pushed in Unix seconds. */
  readonly head_commit?: { readonly id: string }
  readonly pushed_at?: number
}

/** Sends pushes as GitHub does: each is a delivery of its own, worked out before the next. */
export async function pushesInto({ store, processor }: { store: Store; processor: DeliveryProcessor }) {
  const sourceId = await insertSource(store.db, { slug: 'github', kind: 'github', name: 'GitHub', createdAt: 0 })
  let deliveries = 0
  return async (pushed: Pushed, receivedAt: number): Promise<void> => {
    const { service = 'checkout-api', pushed_at, ...rest } = pushed
    const repository = { full_name: service, pushed_at }
    const body = Buffer.from(JSON.stringify({ ref: 'refs/heads/main', before: '0'.repeat(40), ...rest, repository }))
    const { id } = await store.inbox.append({
      sourceId,
      deliveryKey: `push ${deliveries++}`,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      receivedAt,
      headersJson: JSON.stringify({ 'content-type': 'application/json', 'x-github-event': 'push' }),
      body,
    })
    const conclusions = await processor.processNow(id)
    if (!conclusions) throw new Error('a push could not be processed')
  }
}
