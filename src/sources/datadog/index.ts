import type { Interpretation } from '../../core/event.ts'
import { unreadable } from '../interpretation.ts'
import { hasBasicPassword, hasBearerToken } from '../proof/signature.ts'
import { idInBody } from '../reading/body-id.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { isDoraEvent, readDoraEvent } from './dora.ts'
import { readMonitor } from './monitors.ts'

/**
 * Datadog: its webhooks, which send what the template says, and the bodies that its API for DORA metrics takes, sent here
 * as well. What is understood and why: docs/sources/datadog.md.
 */
export const datadog: Source = {
  kind: 'datadog',
  label: 'Datadog',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify: (delivery, secrets) => hasBearerToken(delivery, secrets) || hasBasicPassword(delivery, secrets),
  deliveryId: (delivery) => idInBody(delivery, 'id'),
  interpret,
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value))
    return unreadable('', 'must be an object, as the template in the documentation makes it')
  const made = isDoraEvent(json.value) ? readDoraEvent(json.value, receivedAt) : readMonitor(json.value, receivedAt)
  if (made.kind !== 'events' || json.repeatedKeys.length === 0) return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}
