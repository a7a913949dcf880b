import type { SourceEvent } from '../event.ts'

/** Marks a delivery that we made ourselves to try the way. No sender can set it: it is not among the headers we keep. */
export const TEST_HEADER = 'postflight-test'

export const isTestDelivery = (headers: Readonly<Record<string, string>>): boolean => headers[TEST_HEADER] === 'yes'

/** What a test was understood as, in a sentence. */
export function readAs(events: readonly SourceEvent[]): string {
  const [first] = events
  const more = events.length > 1 ? ` and ${events.length - 1} more` : ''
  return `A test, read as ${first ? wordsOf(first) : 'nothing'}${more}. It changes nothing.`
}

function wordsOf(event: SourceEvent): string {
  switch (event.type) {
    case 'deployment':
      return `a deployment of ${event.service} ${event.version ?? event.commit ?? ''} to ${event.environment}`
    case 'release':
      return `the release ${event.service} ${event.version}`
    case 'defect':
      return `the defect “${event.title ?? event.key ?? ''}”`
    case 'push':
      return `a push to ${event.service}`
    case 'sessions':
      return `sessions of ${event.service}`
  }
}
