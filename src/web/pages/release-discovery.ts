import type { DiscoveryPanelProps } from '../../../views/releases/discovery-panel.tsx'
import { WINDOWS, type WindowName } from '../../core/verdict/discovery-window.ts'
import { releaseDiscovery as discoveryOf } from '../../core/verdict/release-discovery.ts'
import type { JudgedInPlace } from '../../store/measures/release-verdicts.ts'

export interface AskedDiscovery {
  readonly window: string | undefined
  readonly severe: string | undefined
  /** The tab of defects, for the addresses. */
  readonly defects: string | undefined
}

/** The chart of a release's discoveries; undefined where it was never live. */
export function releaseDiscovery(
  judged: JudgedInPlace,
  asked: AskedDiscovery,
  now: number,
): DiscoveryPanelProps | undefined {
  const { environment, facts } = judged
  const onlySevere = asked.severe === '1'
  const askedWindow = NAMES.find((name) => name === asked.window)
  const found = discoveryOf(judged, { window: askedWindow, onlySevere }, now)
  if (!found) return undefined
  const { service, release } = facts
  return { ...found, service, version: release.version, environment, askedWindow, onlySevere, defects: asked.defects }
}

const NAMES: readonly WindowName[] = [...WINDOWS.map(({ name }) => name), 'all']
