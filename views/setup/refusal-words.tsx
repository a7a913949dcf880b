import { OTHER_ADDRESSES, type Refusal, type RefusalReason } from '../../src/core/inbound/refusal.ts'
import { Time } from '../components/time.tsx'
import { counted } from '../format.ts'

/** Why, in a sentence without its end. */
export const refusalReason: Record<RefusalReason, string> = {
  unsigned: 'it carried no signature or token',
  mismatch: 'the signature or token did not match',
  stale: 'it was signed more than five minutes before or after it came',
  'media-type': 'its media type or encoding is not taken',
  'too-large': 'its body was too large',
}

interface WhatToDoProps {
  readonly reason: RefusalReason
  /** When the secret in force was made. */
  readonly secretOf: number | undefined
  readonly now: number
}

/** What mends it, as far as the reason tells. */
export function WhatToDo({ reason, secretOf, now }: WhatToDoProps) {
  switch (reason) {
    case 'mismatch':
      return (
        <>
          {secretOf === undefined ? null : (
            <>
              The secret was last changed <Time at={secretOf} now={now} />.{' '}
            </>
          )}
          Check the secret at the sender, or make a new one.
        </>
      )
    case 'unsigned':
      return <>Enter the secret at the sender; or somebody else calls this address.</>
    case 'stale':
      return <>Set the clock of the sender, or of this server.</>
    case 'media-type':
      return <>Let the sender send JSON, not compressed.</>
    case 'too-large':
      return <>Raise MAX_BODY_BYTES, or let the sender send less.</>
  }
}

/** `3 requests refused, the last 02:31 from 10.0.0.9: the signature or token did not match.` */
export function RefusedSentence({ last, times, now }: { last: Refusal; times: number; now: number }) {
  return (
    <>
      {counted(times, 'request')} refused, the last <Time at={last.lastAt} now={now} /> from{' '}
      {last.address === OTHER_ADDRESSES ? last.address : <code>{last.address}</code>}: {refusalReason[last.reason]}.
    </>
  )
}
