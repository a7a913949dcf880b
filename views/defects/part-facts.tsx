import type { Severity } from '../../src/core/event.ts'
import { SeverityBadge } from '../components/badges.tsx'
import { Facts } from '../components/page-parts.tsx'
import { TimeAndAge } from '../components/time.tsx'
import { counted, formatCount } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'

export interface PartShown {
  readonly title: string
  readonly severity: Severity
  readonly service: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly reports: number
}

/** What a defect would be. */
export const PartFacts = ({ part, now }: { part: PartShown; now: number }) => (
  <Facts
    facts={[
      ['Title', revealHidden(part.title)],
      ['Severity', <SeverityBadge severity={part.severity} />],
      ['Service', part.service ?? <span class="t3">Not named</span>],
      ['Known from', counted(part.reports, 'report')],
      ['Occurrences', formatCount(part.occurrences)],
      ['First seen', <TimeAndAge at={part.firstSeenAt} now={now} />],
      ['Last seen', <TimeAndAge at={part.lastSeenAt} now={now} />],
    ]}
  />
)
