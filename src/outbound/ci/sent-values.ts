import { cleanLine } from '../../core/text/text.ts'
import type { FireRequest } from './trigger.ts'

/**
 * What CI gets: the same ten names everywhere, because GitHub takes no more (of inputs on older Enterprise Servers, of
 * `client_payload` everywhere). What is not known is empty. Each is one line, so that nothing can be smuggled into a file
 * of variables.
 */
export const SENT_NAMES = [
  'postflight_key',
  'emergency',
  'strategy',
  'service',
  'environment',
  'version',
  'commit',
  'ref',
  'reason',
  'url',
] as const

export type SentName = (typeof SENT_NAMES)[number]

export const sentValues = (request: FireRequest): Record<SentName, string> => ({
  postflight_key: request.key,
  emergency: request.emergency,
  strategy: request.strategy,
  service: cleanLine(request.service, 200),
  environment: cleanLine(request.environment, 200),
  version: cleanLine(request.version, 200),
  commit: cleanLine(request.commit ?? '', 200),
  ref: cleanLine(request.ref ?? '', 200),
  reason: cleanLine(request.reason, 500),
  url: cleanLine(request.url, 1_000),
})
