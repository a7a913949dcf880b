import type { Interpretation } from '../core/event.ts'
import { labelProblem, readNativeItems, withNotes } from './native-items.ts'
import { hasBearerToken } from './proof/signature.ts'
import { readJson } from './reading/json.ts'
import { repeatedKeyNotes } from './reading/payload.ts'
import type { RawDelivery, Source } from './source.ts'

/** Postflight's own JSON, the one `curl` sends, by webhook; what is in it is read as by the API. */
export const native: Source = {
  kind: 'native',
  label: 'Postflight JSON',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify: hasBearerToken,
  sameBody: 'new',
  deliveryId: ({ headers }) => idempotencyKey(headers['idempotency-key']),
  interpret,
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  return withNotes(readNativeItems(json.value, receivedAt), repeatedKeyNotes(json.repeatedKeys))
}

/** Too long or unclean a key is no key: the shell then goes by the body. */
function idempotencyKey(header: string | undefined): string | undefined {
  const key = header?.trim()
  return key && labelProblem(key, 200) === undefined ? key : undefined
}
