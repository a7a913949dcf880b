import type { EnvironmentTier, Severity } from '../../src/core/event.ts'
import type { DeploymentOutcome } from '../../src/store/deployments/deployment-list.ts'
import { instantText, withQuery } from '../paths.ts'

/** The lists whose rows the numbers of the overview count. */

/** An environment, and the services that the overview is about. */
export interface Place {
  readonly name: string
  readonly tier: EnvironmentTier
  /** As addresses name them; '': all. */
  readonly service: string
}

/** Epoch ms, half-open. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Defects that name no environment are held against production. */
const ofPlace = (place: Place | undefined) =>
  place && { service: place.service, env: place.name, unplaced: place.tier === 'production' ? 'too' : undefined }

interface Which {
  readonly service?: string
  readonly severities?: readonly Severity[]
  /** Open just before that instant of the past; undefined: now. */
  readonly at?: number | undefined
}

export const openDefectsPath = (
  place: Place | undefined,
  { service, severities, at }: Which = {},
  path = '/defects',
): string =>
  // An address without a filter would lead to the view that somebody begins with.
  withQuery(path, {
    ...(at === undefined ? { view: 'open' } : { status: 'any', openAt: instantText(at) }),
    ...{ ...ofPlace(place), ...(service === undefined ? {} : { service }), severity: severities?.join(',') },
  })

export const unownedPath = (place: Place | undefined): string =>
  withQuery('/defects', { ...ofPlace(place), severity: 'S1,S2', assignee: 'nobody' })

export const newDefectsPath = (place: Place | undefined, stretch: Stretch, severity?: Severity): string =>
  newDefectsPaths(place)(stretch)(severity)

/** The same for a table of them: what its rows, and the cells of a row, have in common is written once. */
export function newDefectsPaths(place: Place | undefined): (stretch: Stretch) => (severity?: Severity) => string {
  const path = withQuery('/defects', { status: 'any', ...ofPlace(place) })
  return ({ from, to }) => {
    const seen = `&seenFrom=${instantText(from)}&seenTo=${instantText(to)}`
    return (severity) => `${path}${severity ? `&severity=${severity}` : ''}${seen}`
  }
}

/** Those seen again since then after a fix, on which nobody has acted. */
export const cameBackPath = (place: Place | undefined, since: number): string =>
  withQuery('/defects', { ...ofPlace(place), status: 'regressed', backFrom: instantText(since) })

/** The S1 and S2 first seen in it; or those of them that are fixed. */
export const severePath = (place: Place | undefined, { from, to }: Stretch, status: 'any' | 'fixed,verified'): string =>
  withQuery('/defects', {
    ...{ status, severity: 'S1,S2', ...ofPlace(place) },
    ...{ seenFrom: instantText(from), seenTo: instantText(to) },
  })

export const deploymentsPath = (
  place: Place | undefined,
  { from, to }: Stretch,
  outcome?: DeploymentOutcome,
  path = '/deployments',
): string =>
  withQuery(path, {
    ...{ service: place?.service, env: place?.name, outcome },
    ...{ from: instantText(from), to: instantText(to) },
  })
