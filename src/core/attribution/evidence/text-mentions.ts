/** A release named in free text, and what the words around say about it. */
export interface Mention {
  readonly releaseId: number
  readonly written: string
  /**
   * `culprit`: since or after upgrading to it, introduced in it, rolled back from it; `observed`: seen in it; `good`: it worked in it or
   * before it; `plain`: just named.
   */
  readonly role: MentionRole | 'good'
}

export type MentionRole = 'culprit' | 'observed' | 'plain'

/** Versions as people write them: with dots, or the beginning of a commit. */
const TOKEN = /(?<![\w.])v?(?:(\d+(?:\.\d+)+)([-.+]?[a-z][0-9a-z.-]*[0-9a-z])?|([0-9a-f]{7,40}))(?![\w]|\.\d)/gi
/** What stands before the version of something else. `jar`, `http` and `port` are no such words: measured. */
const FOREIGN =
  /(jdk|java|jre|hotspot|python|maven|gradle|centos|ubuntu|debian|red ?hat|rhel|windows|linux|kernel|gcc|glibc|protobuf|mysql|postgres\w*|oracle|derby|tomcat|jetty|jackson|guava|netty|log4j|slf4j|junit|openssl|spring|scala|node|npm|docker|kubernetes|chrome|firefox|safari|android|ios)(?:[\s:=\-_/"']|version|release|v){0,12}$/
const GOOD_BEFORE =
  /(worked|works|working|fine|good|ok|not happen\w*|not (?:present|seen|reproduc\w*)|prior to|before|until|up ?to|fixed|resolved|downgrad\w*|roll\w* back|from)[\s\w]{0,18}$/
const GOOD_AFTER = /^\s*(works|worked|is fine|was fine|did not|does not (?:have|show))/
const CULPRIT =
  /(since|after (?:the )?(?:upgrad\w*|updat\w*|mov\w*|migrat\w*|deploy\w*)|upgrad\w*|updat\w* to|introduced|regress\w*|broke\w*|started|began|new in)[\s\w:]{0,22}$/
const OBSERVED = /(version|release|using|running|run|with|on|in|against|at|of|affects)[\s:=\w]{0,14}$/

/** Earlier in the same sentence: what was put back, from where and to where. */
const TAKEN_BACK = /(?:roll\w*[ -]?back\w*|revert\w*|downgrad\w*|back(?:ed)? out)(?:(?![.!?;]\s|\n)[\s\S])*$/
/** The subject of a commit within that of its revert, as Git writes it: all of it was taken back. */
const REVERTED_SUBJECT = /revert\w*:? *["'“][^"'”\n]*$/
const TOWARDS = /\b(?:to|back (?:at|on|with))[\s\w:=]{0,18}$/
const AWAY_FROM = /\bfrom[\s\w:=]{0,18}$/
/** Earlier in the same sentence: a change from one version to another. */
const MOVED = /\b(?:upgrad|updat|mov|migrat|switch|chang|bump|went|go(?:ing)?\b)\w*(?:(?![.!?;]\s|\n)[\s\S])*$/
/** Of "2.0 to 2.1" what was left, and what was moved to; the name of the product may stand before the second. */
const LEFT = /^\s*(?:to\b|-+>|=+>|→)\s*(?:[a-z]+[\s-]){0,3}v?\d/
const ARRIVED = /\d\s*(?:\bto\b|-+>|=+>|→)\s*(?:[a-z]+[\s-]){0,3}$/
const DIRECTLY = /(?:back|revert\w*|out)(?: (?:the|release|version|of))*\s*["'“]?$/

const CHARACTERS_BEFORE = 60
const CHARACTERS_AFTER = 40
/** What is searched of a text; a log pasted into an issue would only add chance hits. */
const MOST_CHARACTERS = 20_000

/**
 * Releases that a text names, in order of appearance. Only what the service's own dictionary knows counts as a version;
 * in the issue history of four Apache projects such hits in "using" and "after upgrading to" roles were right in
 * 77 to 83 %, those after "worked in" or "before" in 48 %.
 *
 * @param dictionary lower case, without a leading `v` → release
 */
export function mentionsIn(text: string, dictionary: ReadonlyMap<string, number>): Mention[] {
  const searched = text.slice(0, MOST_CHARACTERS)
  const mentions: Mention[] = []
  for (const match of searched.matchAll(TOKEN)) {
    // activemq-5.3.1.jar is of 5.3.1, 2.0.0-rc1 is not of 2.0.0 when both are known.
    const [, numbers = '', suffix = '', sha] = match
    const whole = sha ?? numbers + suffix
    const written = dictionary.has(whole.toLowerCase()) ? whole : numbers
    const releaseId = dictionary.get(written.toLowerCase())
    if (releaseId === undefined) continue
    const start = match.index
    const end = start + match[0].length
    const before = searched.slice(Math.max(0, start - CHARACTERS_BEFORE), start).toLowerCase()
    const after = searched.slice(end, end + CHARACTERS_AFTER).toLowerCase()
    if (FOREIGN.test(before)) continue
    mentions.push({ releaseId, written, role: roleOf(before, after) })
  }
  return mentions
}

/** What may be a version in a text, as written there, whether anyone knows it or not; each once, at most `most`. */
export function versionsWrittenIn(text: string, most = 50): string[] {
  const found = new Set<string>()
  for (const [, numbers = '', suffix = '', sha] of text.slice(0, MOST_CHARACTERS).matchAll(TOKEN)) {
    for (const written of sha === undefined ? [numbers + suffix, numbers] : [sha]) found.add(written)
    if (found.size >= most) break
  }
  return [...found]
}

function roleOf(before: string, after: string): Mention['role'] {
  if (REVERTED_SUBJECT.test(before)) return 'culprit'
  if (TAKEN_BACK.test(before)) {
    if (TOWARDS.test(before)) return 'good'
    if (AWAY_FROM.test(before) || DIRECTLY.test(before) || LEFT.test(after)) return 'culprit'
  } else if (MOVED.test(before)) {
    if (LEFT.test(after)) return 'good'
    if (ARRIVED.test(before)) return 'culprit'
  }
  if (GOOD_BEFORE.test(before) || GOOD_AFTER.test(after)) return 'good'
  if (CULPRIT.test(before)) return 'culprit'
  return OBSERVED.test(before) ? 'observed' : 'plain'
}

/** The ways in which a version is written in text: as it is, and without what stands in front of its numbers. */
export function dictionaryOf(
  releases: Iterable<{ readonly id: number; readonly version: string }>,
): Map<string, number> {
  const dictionary = new Map<string, number>()
  for (const { id, version } of releases) {
    const text = version.toLowerCase()
    const bare = text.replace(/^(?:[a-z][a-z0-9]*[-_/@])*v?(?=\d)/, '')
    for (const written of [text, bare]) if (written !== '' && !dictionary.has(written)) dictionary.set(written, id)
  }
  return dictionary
}
