import type { DefectStatus, DeploymentStatus, ReleaseKind, Severity } from '../../src/core/event.ts'
import { endedWords, type ReleaseSign, SIGN_WORDS } from '../../src/core/verdict/release-sign.ts'
import { Icon, type IconName } from './icon.tsx'

/** Severity is carried by the word and the weight of the fill; colour only helps. */
export function SeverityBadge({ severity, large }: { severity: Severity; large?: boolean }) {
  return (
    <span class={`sev ${severity.toLowerCase()}${large ? ' lg' : ''}`}>
      <span class="vh">Severity </span>
      {severity}
    </span>
  )
}

const statuses: Record<DefectStatus, { word: string; icon: IconName; tone: string }> = {
  open: { word: 'New', icon: 'ring', tone: 'new' },
  triaged: { word: 'Triaged', icon: 'ring-quarter', tone: 'prog' },
  'in-progress': { word: 'In progress', icon: 'ring-half', tone: 'prog' },
  fixed: { word: 'Fixed', icon: 'check-ring', tone: 'fixed' },
  verified: { word: 'Verified', icon: 'check-solid', tone: 'ver' },
  'wont-fix': { word: 'Won’t fix', icon: 'ring-slash', tone: '' },
  regressed: { word: 'Regressed', icon: 'redo', tone: 'reg' },
}

/** The word for a defect's status, as in filters and menus. */
export const statusWord = (status: DefectStatus): string => statuses[status].word

export function StatusBadge({ status }: { status: DefectStatus }) {
  const { word, icon, tone } = statuses[status]
  return (
    <span class={`st ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

const deploymentStatuses: Record<DeploymentStatus, { word: string; icon: IconName; tone: string }> = {
  pending: { word: 'Pending', icon: 'ring-dashed', tone: 'na' },
  'in-progress': { word: 'In progress', icon: 'ring-half', tone: 'acc' },
  succeeded: { word: 'Succeeded', icon: 'check-ring', tone: 'ok' },
  failed: { word: 'Failed', icon: 'cross-ring', tone: 'bad' },
  cancelled: { word: 'Cancelled', icon: 'ring-slash', tone: 'na' },
}

export const deploymentStatusWord = (status: DeploymentStatus): string => deploymentStatuses[status].word

export function DeploymentStatusBadge({ status }: { status: DeploymentStatus }) {
  const { word, icon, tone } = deploymentStatuses[status]
  return (
    <span class={`vd ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

/** What a deployment did to the timeline of its place. */
export type DeploymentEffect = 'deploy' | 'rollback' | 'redeploy' | 'removal'

const effects: Record<DeploymentEffect, { word: string; icon: IconName; tone: string }> = {
  deploy: { word: 'Deployed', icon: 'deploy', tone: '' },
  rollback: { word: 'Rolled back', icon: 'rollback', tone: 'roll' },
  redeploy: { word: 'Deployed again', icon: 'redo', tone: '' },
  removal: { word: 'Removed', icon: 'remove', tone: 'na' },
}

export const effectWord = (effect: DeploymentEffect): string => effects[effect].word
export const effectIcon = (effect: DeploymentEffect): IconName => effects[effect].icon

export function EffectBadge({ effect }: { effect: DeploymentEffect }) {
  const { word, icon, tone } = effects[effect]
  return (
    <span class={`vd ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

const signs: Record<ReleaseSign, { icon: IconName; tone: string }> = {
  'too-early': { icon: 'ring-dashed', tone: 'na' },
  'too-little': { icon: 'ring-dashed', tone: 'na' },
  healthy: { icon: 'check-ring', tone: 'ok' },
  watch: { icon: 'eye', tone: 'watch' },
  suspect: { icon: 'warning-solid', tone: 'bad' },
  'rolled-back': { icon: 'rollback', tone: 'roll' },
  removed: { icon: 'remove', tone: 'na' },
  replaced: { icon: 'arrow', tone: 'na' },
  'not-live': { icon: 'ring', tone: 'na' },
}

/** What is said of a release in a place (`signOf`), and behind it the verdict with which it was replaced or removed. */
export function SignBadge({ sign, ended }: { sign: ReleaseSign; ended?: ReleaseSign | undefined }) {
  const { icon, tone } = signs[sign]
  return (
    <>
      <span class={`vd ${tone}`}>
        <Icon name={icon} />
        {SIGN_WORDS[sign]}
      </span>
      {ended ? <span class="t3 fs13 nw"> {endedWords(ended)}</span> : null}
    </>
  )
}

const kinds: Record<ReleaseKind, string> = {
  major: 'Major',
  minor: 'Minor',
  patch: 'Patch',
  emergency: 'Emergency',
  'pre-release': 'Pre-release',
  unknown: '',
}

export const kindWord = (kind: ReleaseKind): string => kinds[kind] || 'Unknown'

/** Nothing for an unknown kind: an empty tag says nothing. */
export function KindTag({ kind }: { kind: ReleaseKind }) {
  if (kind === 'unknown') return null
  return <span class={kind === 'emergency' ? 'tag em' : 'tag'}>{kinds[kind]}</span>
}

export type ConfidenceWord = 'High' | 'Medium' | 'Low' | 'None'

/** High from 80 %, Medium from 50 %, Low from 20 %. */
export const confidenceOf = (probability: number): ConfidenceWord =>
  probability >= 0.8 ? 'High' : probability >= 0.5 ? 'Medium' : probability >= 0.2 ? 'Low' : 'None'

const CONFIDENCE_BARS: Record<ConfidenceWord, number> = { High: 3, Medium: 2, Low: 1, None: 0 }

/** Three bars and the word. `large` shows the bars alone, for a heading that says the word itself. */
export function Confidence({ probability, large }: { probability: number; large?: boolean }) {
  const word = confidenceOf(probability)
  const bars = [1, 2, 3].map((n) => <i class={n <= CONFIDENCE_BARS[word] ? 'on' : ''} />)
  if (large)
    return (
      <span class="conf big" aria-hidden="true">
        {bars}
      </span>
    )
  return (
    <span class="nw">
      <span class="conf" aria-hidden="true">
        {bars}
      </span>
      {word}
      <span class="vh"> confidence</span>
    </span>
  )
}

export type DeliveryState = 'accepted' | 'processed' | 'ignored' | 'failed'

const deliveryStates: Record<DeliveryState, { word: string; icon: IconName; tone: string }> = {
  accepted: { word: 'Waiting', icon: 'ring-dashed', tone: 'acc' },
  processed: { word: 'Processed', icon: 'check-solid', tone: 'ok' },
  ignored: { word: 'Ignored', icon: 'ring-slash', tone: 'na' },
  failed: { word: 'Failed', icon: 'cross-ring', tone: 'bad' },
}

export const deliveryStateWord = (state: DeliveryState): string => deliveryStates[state].word

export function DeliveryStateBadge({ state }: { state: DeliveryState }) {
  const { word, icon, tone } = deliveryStates[state]
  return (
    <span class={`vd ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}
