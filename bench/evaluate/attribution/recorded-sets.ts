import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { PastDeployment } from './history.ts'
import type { RecordedDefect, RecordedSet } from './recorded.ts'

/**
 * Readers of recorded histories, none of which comes with the product. A folder holds
 * `attribution/cd_snuba.json.gz`, `attribution/dpdk.json.gz`, `attribution/amq.json.gz`, `wikimedia/*.csv` and
 * `apache/*.csv`; those that are there are read.
 */
export function readRecordedSets(folder: string): RecordedSet[] {
  return [
    ...snuba(folder),
    ...commits(folder, 'dpdk'),
    ...commits(folder, 'amq'),
    ...wikimedia(folder),
    ...apache(folder),
  ]
}

const SECOND = 1000
/** The defect was seen some time before it was reverted; six minutes is the least that a revert takes. */
const REVERT_TAKES = 360 * SECOND

interface Snuba {
  readonly deps: readonly { readonly ver: string; readonly t: number; readonly n: number; readonly files: object }[]
  readonly items: readonly { readonly t: number; readonly g: number; readonly file?: string }[]
}

/** Each commit of the main branch is a deployment; the truth is what reverts name. The file is one of the culprit's. */
function snuba(folder: string): RecordedSet[] {
  const data = readJson<Snuba>(join(folder, 'attribution/cd_snuba.json.gz'))
  if (!data) return []
  const deployments = data.deps.map(({ ver, t, n, files }) =>
    deployedAt({ service: 'snuba', version: ver, at: t * SECOND, commits: n, files: Object.keys(files) }),
  )
  const defects = data.items.flatMap(({ t, g, file }) => {
    const culprit = deployments[g] as PastDeployment
    const at = t * SECOND - REVERT_TAKES
    if (culprit.at >= at) return []
    return { ...seenAt(at, 'alert', 'snuba', [culprit.version]), files: file === undefined ? [] : [file] }
  })
  const set: RecordedSet = { name: 'snuba', detection: 'hosted', deployments, defects }
  return [withoutFiles(set), { ...set, name: 'snuba, one file' }]
}

interface Commits {
  readonly rels: readonly { readonly ver: string; readonly t: number; readonly n: number }[]
  readonly relFiles: readonly object[]
  readonly defects: readonly {
    readonly t: number
    readonly gt: readonly number[]
    readonly gtLatest?: number
    readonly files: readonly string[]
  }[]
}

/** DPDK's main releases only; of its defects one in five, for the time it takes. */
const DPDK_MAIN = /^(?:\d+\.\d+|[12]\.\d+\.0(?:r0)?)$/
const ONE_IN: Record<'dpdk' | 'amq', number> = { dpdk: 5, amq: 1 }

/** Releases with their commits and files; the truth is which commit introduced what was fixed. The files are the fix's. */
function commits(folder: string, name: 'dpdk' | 'amq'): RecordedSet[] {
  const data = readJson<Commits>(join(folder, `attribution/${name}.json.gz`))
  if (!data) return []
  const isKept = ({ ver }: { ver: string }) => name !== 'dpdk' || DPDK_MAIN.test(ver)
  const deployments = data.rels.flatMap((release, i) =>
    isKept(release)
      ? deployedAt({
          service: name,
          version: release.ver,
          at: release.t * SECOND,
          commits: release.n,
          files: Object.keys(data.relFiles[i] ?? {}),
        })
      : [],
  )
  const defects = data.defects
    .flatMap(({ t, gt, gtLatest, files }) => {
      const guilty = (name === 'dpdk' ? gt : [gtLatest ?? -1])
        .flatMap((i) => data.rels[i] ?? [])
        .filter(isKept)
        .sort((a, b) => b.t - a.t)[0]
      return guilty && guilty.t < t ? { ...seenAt(t * SECOND, 'issue', name, [guilty.ver]), files } : []
    })
    .filter((_, i) => i % ONE_IN[name] === 0)
  const set: RecordedSet = { name: name === 'amq' ? 'ActiveMQ' : 'DPDK', detection: 'shipped', deployments, defects }
  return [withoutFiles(set), { ...set, name: `${set.name}, files of the fix` }]
}

/** The truth is what a revert or a roll-back undid; those without a stated reason are left out, being right by construction. */
function wikimedia(folder: string): RecordedSet[] {
  const rows = readCsv(join(folder, 'wikimedia/deployments.csv'))
  const found = readCsv(join(folder, 'wikimedia/defects.csv'))
  if (!rows || !found) return []
  const versionOf = (row: Row) => row.version || (row.commit as string)
  const deployments = rows.map((row) =>
    deployedAt({
      service: row.service as string,
      environment: row.environment as string,
      version: versionOf(row),
      at: Date.parse(row.finished_at as string),
      commits: row.kind === 'train' ? undefined : 1,
      files: [],
    }),
  )
  const byId = new Map(rows.map((row) => [row.deployment_id, row]))
  const defects = found.flatMap((row) => {
    const cause = byId.get(row.caused_by_deployment_id)
    if (!cause || (row.reason_class !== 'failure' && row.reason_class !== 'unstated')) return []
    const seen = seenAt(Date.parse(row.detected_at as string), 'alert', row.service as string, [versionOf(cause)])
    return { ...seen, environment: row.environment }
  })
  return [{ name: 'Wikimedia', detection: 'hosted', deployments, defects }]
}

/** Where users saw it, by the field in the tracker; any affected version counts. That field is hidden from the method. */
function apache(folder: string): RecordedSet[] {
  const releases = readCsv(join(folder, 'apache/releases.csv'))
  const found = readCsv(join(folder, 'apache/defects.csv'))
  if (!releases || !found) return []
  const deployments = releases.flatMap((row) =>
    row.released === 'true' && row.released_at
      ? deployedAt({
          service: row.project as string,
          version: row.version as string,
          at: Date.parse(row.released_at),
          commits: undefined,
          files: [],
        })
      : [],
  )
  const released = new Map(deployments.map(({ service, version, at }) => [`${service} ${version}`, at]))
  const defects = found.flatMap((row) => {
    const service = row.project as string
    const at = Date.parse(row.opened_at as string)
    const right = (row.affected_versions as string)
      .split(';')
      .filter((version) => (released.get(`${service} ${version}`) ?? Number.POSITIVE_INFINITY) < at)
    return row.scorable === '1' && right.length > 0 ? { ...seenAt(at, 'issue', service, right), text: row.title } : []
  })
  const set: RecordedSet = { name: 'Apache, affected version', detection: 'shipped', deployments, defects }
  const projects = [...new Set(defects.map(({ service }) => service))].sort()
  return [set, ...projects.map((project) => only(set, project))]
}

const only = ({ detection, deployments, defects }: RecordedSet, project: string): RecordedSet => ({
  name: `… ${project}`,
  detection,
  deployments: deployments.filter(({ service }) => service === project),
  defects: defects.filter(({ service }) => service === project),
})

const withoutFiles = (set: RecordedSet): RecordedSet => ({
  ...set,
  name: `${set.name}, no file`,
  defects: set.defects.map((defect) => ({ ...defect, files: [] })),
})

const deployedAt = (
  one: Pick<PastDeployment, 'service' | 'version' | 'at' | 'commits' | 'files'> & { environment?: string },
): PastDeployment => ({ environment: 'production', effect: 'deployed', percent: 100, ...one })

const seenAt = (
  at: number,
  sourceKind: RecordedDefect['sourceKind'],
  service: string,
  right: readonly string[],
): RecordedDefect => ({ at, sourceKind, service, environment: undefined, files: [], text: undefined, right })

const readJson = <T>(path: string): T | undefined =>
  existsSync(path) ? (JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as T) : undefined

type Row = Readonly<Record<string, string | undefined>>

const readCsv = (path: string): Row[] | undefined =>
  existsSync(path) ? parse(readFileSync(path, 'utf8'), { columns: true }) : undefined
