import { HTTPException } from 'hono/http-exception'
import type { Metrics } from './server/metrics.ts'

/** Somebody asked for what they may not have: 403 with the message, counted by its reason where errors are answered. */
export class AccessDenied extends HTTPException {
  readonly reason: Parameters<Metrics['accessDenied']>[0]

  constructor(reason: AccessDenied['reason'], message: string) {
    super(403, { message })
    this.reason = reason
  }
}
