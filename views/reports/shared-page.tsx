import type { ReportSnapshot } from '../../src/core/reports/snapshot.ts'
import { PageHead } from '../components/page-parts.tsx'
import { madeLine, ReportSheet } from './report-sheet.tsx'

/** A report for whoever has a link to it: to be read, and leading nowhere. */
export const SharedReportPage = ({ report }: { report: ReportSnapshot }) => (
  <>
    <PageHead
      title={report.title}
      sub={
        <span>
          {madeLine(report)}. Times in {report.zone.replaceAll('_', ' ')}.
        </span>
      }
    />
    <ReportSheet report={report} home={undefined} />
  </>
)

/** The same whether there never was such a link or it has ended. */
export const NoSuchLinkPage = ({ detail }: { detail: string }) => (
  <section class="panel rpt-lead">
    <h1>This link does not work</h1>
    <p>{detail}</p>
  </section>
)
