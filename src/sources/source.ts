import type { Interpretation } from '../core/event.ts'

/** One webhook request as it came: header names in lower case, the body byte for byte. */
export interface RawDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** What came after the source's name in the address, for senders that can prove themselves in no other way. */
  readonly pathToken?: string | undefined
  /** What the service is called that reports by this source, for senders that do not name it. */
  readonly service?: string | undefined
  /** What the operator says of the source's payloads, for sources that cannot know: generic/mapping.ts, as JSON. */
  readonly mapping?: string | undefined
  /** Epoch milliseconds; stands in for times the sender did not give or that cannot be believed. */
  readonly receivedAt: number
}

/**
 * What the operator pastes at the sender:
 * - `signing-key`: a key that it signs with
 * - `standard-key`: the same, written as Standard Webhooks write keys (`whsec_` and base64)
 * - `bearer-token`: a token that it sends along
 * - `basic`: user name and password; the name is `postflight`
 * - `path-token`: an address that nobody can guess
 * - `dsn-key`: the public key of a Sentry DSN, letters and digits only
 */
export type SecretKind = 'signing-key' | 'standard-key' | 'bearer-token' | 'basic' | 'path-token' | 'dsn-key'

/** An inbound system. One file or folder per system; it decodes, maps names and states to ours, and does nothing else. */
export interface Source {
  /** In the URL and the database: `github`. */
  readonly kind: string
  /** For people: `GitHub`. */
  readonly label: string
  readonly secret: SecretKind
  /** Media types taken, without parameters; `+json` suffixes are listed in full. */
  readonly contentTypes: readonly string[]
  /** For senders that hang up sooner than most: how long they may wait for an answer, milliseconds. */
  readonly answerWithinMs?: number
  /** Constant time in the secret, no I/O, never throws; anything but a clear yes is false. Any of the secrets may match. */
  verify(delivery: RawDelivery, secrets: readonly string[]): boolean
  /** The sender's id of this delivery, the same on redelivery; undefined when it sends none. Never throws. */
  deliveryId(delivery: RawDelivery): string | undefined
  /** What the sender calls this kind of delivery (`deployment_status`), for the list people look through. Never throws. */
  eventName?(delivery: RawDelivery): string | undefined
  /**
   * What the same bytes again mean when the sender gives no id: `repeat`, a redelivery (the default), or `new`, another
   * event, for senders whose bodies carry no time of their own.
   */
  readonly sameBody?: 'repeat' | 'new'
  /** Never throws, whatever the bytes. */
  interpret(delivery: RawDelivery): Interpretation
}
