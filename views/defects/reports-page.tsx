import { Empty, PageHead, Pager, Tabs } from '../components/page-parts.tsx'
import { formatCount } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, reportsOfPath } from '../paths.ts'
import { type KnownReport, ReportTable } from './known-from.tsx'

export interface DefectReportsProps {
  readonly defect: { readonly id: number; readonly title: string }
  /** Those with most first. */
  readonly sources: readonly { readonly slug: string; readonly name: string; readonly reports: number }[]
  /** The slug of the source whose reports alone are shown. */
  readonly source: string | undefined
  /** In the order in which they came. */
  readonly reports: readonly KnownReport[]
  readonly summary: string
  readonly first: string | undefined
  readonly next: string | undefined
  readonly now: number
}

/** All reports that are one defect. */
export function DefectReportsPage({ defect, sources, source, reports, summary, first, next, now }: DefectReportsProps) {
  const all = sources.reduce((sum, one) => sum + one.reports, 0)
  const tabs = [
    { text: 'All', href: reportsOfPath(defect.id), current: source === undefined, count: formatCount(all) },
    ...sources.map(({ slug, name, reports: count }) => ({
      ...{ text: name, href: reportsOfPath(defect.id, slug), current: slug === source, count: formatCount(count) },
    })),
  ]
  return (
    <>
      <PageHead
        title={`Reports of PF-${defect.id}`}
        sub={
          <span>
            <a href={defectPath(defect.id)}>{revealHidden(defect.title)}</a>
          </span>
        }
      />
      <Tabs label="Sources" tabs={tabs} />
      <section class="panel" aria-label="Reports found">
        {reports.length > 0 ? <ReportTable reports={reports} now={now} /> : <Empty icon="defect">No report.</Empty>}
        <Pager newer={first} older={next} newerText="First" olderText="Later" summary={summary} />
      </section>
    </>
  )
}
