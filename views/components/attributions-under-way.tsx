import { counted, formatCount } from '../format.ts'
import { Time } from './time.tsx'

export interface UnderWay {
  readonly service: string | undefined
  readonly since: number
  readonly defects: number
  /** There may be more than `defects`. */
  readonly isCapped: boolean
}

/** A quiet line while suspects are worked out again, nothing when none are. */
export function AttributionsUnderWay({ underWay, now }: { underWay: readonly UnderWay[]; now: number }) {
  const [first] = underWay
  if (!first) return null
  const defects = underWay.reduce((sum, one) => sum + one.defects, 0)
  const many = underWay.some(({ isCapped }) => isCapped)
    ? `more than ${formatCount(defects)} defects`
    : counted(defects, 'defect')
  const since = underWay.reduce((least, one) => Math.min(least, one.since), first.since)
  return (
    <p class="t3 fs13">
      Suspicions of {many} since <Time at={since} now={now} /> {where(underWay)} are being worked out again.
    </p>
  )
}

/** `in checkout-api`, `in 3 services and without a service`. */
function where(underWay: readonly UnderWay[]): string {
  const named = underWay.flatMap(({ service }) => service ?? [])
  const services = named.length > 1 ? [`in ${named.length} services`] : named.map((service) => `in ${service}`)
  return [...services, ...(named.length < underWay.length ? ['without a service'] : [])].join(' and ')
}
