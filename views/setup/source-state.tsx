import type { LookResult } from '../../src/core/inbound/gap-repair.ts'
import type { Refusal } from '../../src/core/inbound/refusal.ts'
import type { Silence } from '../../src/core/inbound/silence.ts'
import { Icon } from '../components/icon.tsx'
import { Age, Time } from '../components/time.tsx'
import { useZone } from '../components/zone.tsx'
import { counted, formatCount, formatDuration } from '../format.ts'
import { receivingPath, redeliveriesPath } from '../paths.ts'
import { foundSentence, problemSentence } from './repair-words.ts'

/** What is known of a source besides its name. */
export interface SourceState {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly kind: string
  /** What reports by it, where the sender does not say. */
  readonly service?: string | undefined
  readonly lastDeliveryAt: number | null
  readonly silence: Silence | undefined
  /** In force, newest first. */
  readonly secrets: readonly {
    readonly createdAt: number
    readonly expiresAt: number | null
    readonly lastUsedAt: number | null
  }[]
  /** The last request of these days that was refused, and how many were. */
  readonly refused: { readonly last: Refusal; readonly times: number } | undefined
  /** null: off; undefined: not for sources of this kind. */
  readonly repair: RepairState | null | undefined
}

export interface RepairState {
  readonly hookUrl: string
  readonly lookedAt: number | undefined
  readonly result: LookResult | undefined
  /** Deliveries asked for again in the last days, and how many of them have come. */
  readonly asked: number
  readonly arrived: number
}

export function LastDelivery({ source: { slug, lastDeliveryAt, silence }, now }: { source: SourceState; now: number }) {
  if (lastDeliveryAt === null) return <span class="t3">None yet</span>
  return (
    <>
      <a href={`/deliveries?source=${encodeURIComponent(slug)}`}>
        <Age at={lastDeliveryAt} now={now} />
      </a>
      {silence ? (
        <>
          {' '}
          <span class="vd watch">
            <Icon name="warning" />
            Silent
          </span>
        </>
      ) : null}
    </>
  )
}

/** Why it counts as silent: `That is longer than usual: its longest pause was 14 h.` */
export const silenceReason = ({ longestPauseMs }: Silence): string =>
  longestPauseMs === undefined
    ? 'It is too new to have habits, so a day counts as long.'
    : `Its longest pause before was ${formatDuration(longestPauseMs)}.`

/** Whether requests to its address were refused these days, leading to which. */
export function RefusedWord({ source: { slug, refused }, now }: { source: SourceState; now: number }) {
  if (!refused)
    return (
      <a class="t3" href={receivingPath(slug)}>
        None<span class="vh"> refused of {slug}</span>
      </a>
    )
  return (
    <>
      <span class="vd watch">
        <Icon name="warning" />
        <a href={receivingPath(slug)}>
          {formatCount(refused.times)} refused<span class="vh"> of {slug}</span>
        </a>
      </span>{' '}
      <Age at={refused.last.lastAt} now={now} />
    </>
  )
}

/** In one word or two, for a table. */
export function RepairWord({ repair, now }: { repair: SourceState['repair']; now: number }) {
  if (repair === undefined) return <span class="t3">–</span>
  if (repair === null) return <span class="t3">Off</span>
  const { result, lookedAt } = repair
  const [tone, icon, word] = !result
    ? (['na', 'ring-dashed', 'First look to come'] as const)
    : result.problem
      ? (['bad', 'cross-ring', 'Cannot look'] as const)
      : result.missing > 0
        ? (['watch', 'warning', `${result.missing} missing`] as const)
        : (['ok', 'check-ring', 'Nothing missing'] as const)
  return (
    <>
      <span class={`vd ${tone}`}>
        <Icon name={icon} />
        {word}
      </span>{' '}
      {lookedAt === undefined ? null : <Age at={lookedAt} now={now} />}
    </>
  )
}

/** When the log was last read, what was found and what went wrong, in sentences. */
export function RepairLine({ repair, slug, now }: { repair: RepairState | null; slug: string; now: number }) {
  if (repair === null)
    return <p>Gap repair is off: deliveries that fail while this server is down are not asked for again.</p>
  const { hookUrl, lookedAt, result, asked, arrived } = repair
  return (
    <p class="wrap">
      Gap repair at <code>{hookUrl}</code>:{' '}
      {result === undefined || lookedAt === undefined ? (
        'the first look is to come.'
      ) : (
        <>
          looked <Age at={lookedAt} now={now} />.{' '}
          {result.problem ? problemSentence(result.problem, slug, useZone()) : null}{' '}
          {result.problem && result.listed === 0 ? null : foundSentence(result)}
        </>
      )}
      {asked > 0 ? (
        <>
          {' '}
          <a href={redeliveriesPath(slug)}>{counted(asked, 'delivery', 'deliveries')}</a> asked for again in the last
          days, {arrived > 0 ? <a href={redeliveriesPath(slug, true)}>{formatCount(arrived)}</a> : '0'} arrived.
        </>
      ) : null}
    </p>
  )
}

/** When each secret was last used: once the sender has the new one, the former is used no more. */
export function SecretLines({ secrets, now }: { secrets: SourceState['secrets']; now: number }) {
  const [current, former] = secrets
  if (!current) return null
  return (
    <>
      <p>
        Secret of <Time at={current.createdAt} now={now} />, <LastUsed at={current.lastUsedAt} now={now} />
      </p>
      {former ? (
        <p>
          Former secret, <LastUsed at={former.lastUsedAt} now={now} />
          {former.expiresAt === null ? null : (
            <>
              ; ends <Age at={former.expiresAt} now={now} />
            </>
          )}
        </p>
      ) : null}
    </>
  )
}

function LastUsed({ at, now }: { at: number | null; now: number }) {
  if (at === null) return <>not used yet</>
  return (
    <>
      last used <Age at={at} now={now} />
    </>
  )
}
