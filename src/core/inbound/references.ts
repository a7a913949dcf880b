/**
 * Issues, pull requests and addresses, written one way, so that a defect's links and a commit's message can be compared:
 *
 * - `acme/checkout-api#412` for issues and pull requests, which share their numbers, `acme/checkout-api!7` for merge
 *   requests, `#412` when nobody says which repository;
 * - `PAY-123` for a tracker's keys;
 * - any other http or https address as it is.
 */

const MOST_REFERENCES = 100
const LONGEST_TEXT = 50_000
const LONGEST_ADDRESS = 2_048

const OWNER = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})'
const NAME = '[A-Za-z0-9._-]{1,100}'
const NUMBER = '[1-9]\\d{0,8}'
const ADDRESS = 'https?://[^\\s<>"\'`|\\\\^{}\\[\\]]+'
const FOUND = new RegExp(
  [
    `(?<address>${ADDRESS})`,
    `(?<![\\w./-])(?<repository>${OWNER}/${NAME})#(?<ofRepository>${NUMBER})\\b`,
    `(?<![\\w&/#])(?:#|GH-)(?<number>${NUMBER})\\b`,
    `(?<![\\w-])(?<key>[A-Z][A-Z0-9]{1,9}-[1-9]\\d{0,6})(?![\\w-]|\\.\\d)`,
  ].join('|'),
  'g',
)

/** Names of standards and formats that look like a tracker's keys. */
const NO_TRACKER = new Set(
  'UTF SHA MD ISO RFC HTTP TLS SSL AES RSA EC CVE CWE PEP JSR ECMA IPV IP ARM X86 RS HS ES PS COVID UTC GMT'.split(' '),
)

/**
 * What a text refers to, each once, in the order of the text; at most 100.
 * @param repository what a bare `#412` is an issue of, `acme/checkout-api`
 */
export function referencesIn(text: string, repository?: string): string[] {
  const found = new Set<string>()
  for (const { groups = {} } of text.slice(0, LONGEST_TEXT).matchAll(FOUND)) {
    const reference = referenceOf(groups, repository)
    if (reference !== undefined) found.add(reference)
    if (found.size === MOST_REFERENCES) break
  }
  return [...found]
}

function referenceOf(
  { address, repository: named, ofRepository, number, key }: Readonly<Record<string, string | undefined>>,
  repository: string | undefined,
): string | undefined {
  if (address !== undefined && address.length > LONGEST_ADDRESS) return undefined
  if (address !== undefined) return referenceOfAddress(address.replace(/[.,;:!?)*_~]+$/, ''))
  if (named !== undefined) return `${named}#${ofRepository}`
  if (number !== undefined) return `${repository ?? ''}#${number}`
  return key !== undefined && !NO_TRACKER.has(key.split('-')[0] as string) ? key : undefined
}

function referenceOfAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const path = new URL(address).pathname
  const [, repository, kind, number] =
    /^\/(.+?)\/(?:-\/)?(issues|pulls?|merge_requests)\/([1-9]\d{0,8})(?:\/|$)/.exec(path) ?? []
  if (repository !== undefined) return `${repository}${kind === 'merge_requests' ? '!' : '#'}${number}`
  // Jira's address of an issue.
  return /^\/browse\/([A-Z][A-Z0-9]{1,9}-[1-9]\d{0,6})\/?$/.exec(path)?.[1] ?? address
}

/** One link as a sender gave it, in the same writing; what is neither an address nor a number stays as it is. */
export function canonicalReference(link: string, repository?: string): string {
  if (/^https?:\/\//i.test(link)) return referenceOfAddress(link) ?? link
  const number = /^(?:#|GH-)([1-9]\d{0,8})$/.exec(link)?.[1]
  return number === undefined ? link : `${repository ?? ''}#${number}`
}

/** The repository that a service is called after, as those heard of from a code host are: `acme/checkout-api`. */
export const repositoryOf = (service: string): string | undefined =>
  /^[^/\s]+(?:\/[^/\s]+)+$/.test(service) ? service : undefined
