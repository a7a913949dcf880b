import type { Severity } from '../../src/core/event.ts'
import { formatCount } from '../format.ts'
import { SeverityBadge } from './badges.tsx'

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

interface OpenInWordsProps {
  readonly open: Readonly<Record<Severity, number>>
  /** Where the defects of a severity are listed. */
  readonly hrefOf?: (severity: Severity) => string
}

/** Open defects by severity; for phones, where four columns of digits do not fit. */
export function OpenInWords({ open, hrefOf }: OpenInWordsProps) {
  const some = SEVERITIES.filter((severity) => open[severity] > 0)
  if (some.length === 0) return <span class="t3">No open defects</span>
  return (
    <span class="row row-w">
      {some.map((severity) => (
        <span class="nw">
          <SeverityBadge severity={severity} />{' '}
          {hrefOf ? <a href={hrefOf(severity)}>{formatCount(open[severity])}</a> : formatCount(open[severity])}
        </span>
      ))}
      <span class="t3">open</span>
    </span>
  )
}
