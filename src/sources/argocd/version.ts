import { artifactVersion } from '../reading/artifact-version.ts'
import { fullSha, lineOf } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import type { Application, ApplicationSource } from './application.ts'

/**
 * What the last sync of an application brought: the tag of the image that is named after the application, else the
 * version of its chart, else the tag that its source follows; and the commit it was read from.
 */
export function deployedVersion(app: Application): { version: string | undefined; commit: string | undefined } {
  const synced = syncedSources(app)
  const chart = synced.find(({ source }) => source.chart)
  const followed = synced.map(({ source }) => taggedVersion(source.targetRevision)).find(Boolean)
  return {
    version: imageVersion(app) ?? lineOf(chart && (chart.revision || chart.source.targetRevision), 200) ?? followed,
    commit: synced.map(({ revision }) => fullSha(revision)).find(Boolean),
  }
}

/** Each with its revision, without those that only hold values for another. */
function syncedSources({ spec, status }: Application): { source: ApplicationSource; revision: string | undefined }[] {
  const result = status?.operationState?.syncResult
  const single = [result?.source, spec.source].find((source) => source?.repoURL)
  const sources = [result?.sources, spec.sources].find((list) => list && list.length > 0) ?? (single ? [single] : [])
  const revisions = [result?.revisions, status?.sync?.revisions].find((list) => list && list.length > 0)
  const revision = result?.revision || status?.sync?.revision || undefined
  return sources
    .map((source, i) => ({ source, revision: revisions ? revisions[i] : revision }))
    .filter(({ source }) => !(source.ref && !source.path && !source.chart))
}

/**
 * The images are those that run, so they are of the new version only once it is deployed and healthy. While two tags of
 * one image are there, nobody can say which is the new one.
 */
function imageVersion({ metadata, status }: Application): string | undefined {
  if (status?.operationState?.phase !== 'Succeeded' || status.health?.status !== 'Healthy') return undefined
  const images = (status.summary?.images ?? []).map((image) => ({ name: imageName(image), tag: tagOf(image) }))
  const own = images.filter(({ name }) => isNamedAfter(metadata.name, name))
  const tags = new Set((own.length > 0 ? own : images).map(({ tag }) => tag))
  return tags.size === 1 ? [...tags][0] : undefined
}

/** `ghcr.io/acme/checkout-api:4.18.0@sha256:…` is called checkout-api. */
const imageName = (image: string): string =>
  image
    .replace(/@.*$/, '')
    .replace(/:[^/:]+$/, '')
    .split('/')
    .pop() ?? ''

const tagOf = (image: string): string | undefined => artifactVersion(image)

/** The application checkout-api-production runs checkout-api. */
const isNamedAfter = (application: string, image: string): boolean =>
  image !== '' && (application === image || application.startsWith(`${image}-`) || application.endsWith(`-${image}`))
