import { referencesIn } from '../../core/inbound/references.ts'
import { labelValue, labelValues, severityLabel, severityOfLabels } from './labels.ts'
import { lineOf } from './payload.ts'

/** What people write into the labels and the text of an issue, alike in every tracker. */

export const inLabels = (labels: readonly string[]) => ({
  severity: severityOfLabels(labels),
  severityWord: lineOf(severityLabel(labels), 200),
  environment: lineOf(labelValue(labels, ['env', 'environment']), 200),
  version: lineOf(labelValue(labels, ['version', 'affects', 'found-in']), 200),
  components: someOf(labelValues(labels, ['component', 'area', 'module']).flatMap((name) => lineOf(name, 200) ?? [])),
})

/**
 * @param repository what a bare `#412` is an issue of
 * @param commitAddress where people find a commit of it, as far as its id
 */
export function inText(text: string | null | undefined, repository?: string, commitAddress?: string) {
  const body = (text ?? '').slice(0, 20_000)
  const commit = rootCause(body)
  return {
    // Without another statement it was seen in what brought it.
    commit,
    culpritCommits: commit === undefined ? undefined : [commit],
    links: someOf([...referencesIn(body, repository), ...(commitAddress ? commitsIn(body, commitAddress) : [])]),
  }
}

/** Bare commit ids, as the addresses that trackers make of them. */
const commitsIn = (body: string, address: string): string[] =>
  (body.match(/(?<![\w/-])[0-9a-f]{40}(?![\w-])/g) ?? []).slice(0, 20).map((sha) => `${address}${sha}`)

export const someOf = (values: readonly string[]): readonly string[] | undefined =>
  values.length > 0 ? [...new Set(values)] : undefined

/** The line "root cause: <commit>", by which Four Keys let people name the change that broke it. */
const rootCause = (body: string): string | undefined =>
  /^\s{0,10}root cause:? {0,10}([0-9a-f]{7,40})\b/im.exec(body)?.[1]?.toLowerCase()
