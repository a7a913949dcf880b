import type { Child } from 'hono/jsx'

/** What the steps of a sender are written around. */
export interface SenderProps {
  /** Of the webhook, with this server's own address. */
  readonly address: string
  /** The secret just made, else words that stand for it. */
  readonly secret: string
  readonly hasSource: boolean
  /** The sources there are, and the form that makes one. */
  readonly forms: Child
}
