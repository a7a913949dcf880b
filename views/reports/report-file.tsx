import { raw } from 'hono/html'
import type { ReportSnapshot } from '../../src/core/reports/snapshot.ts'
import { PageHead } from '../components/page-parts.tsx'
import { madeLine, ReportSheet } from './report-sheet.tsx'

interface ReportFileProps {
  readonly report: ReportSnapshot
  /** Where the server is that made it. */
  readonly home: string
  readonly css: string
  readonly version: string
}

/** A report as a file that stands by itself: it loads nothing, and its links lead to the server. */
export const ReportFile = ({ report, home, css, version }: ReportFileProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <title>{report.title}</title>
      <style>{raw(css)}</style>
    </head>
    <body>
      <div class="sheet">
        <main class="page">
          <PageHead
            title={report.title}
            sub={
              <span>
                {madeLine(report)}. Times in {report.zone.replaceAll('_', ' ')}.
              </span>
            }
          />
          <ReportSheet report={report} home={{ url: home, isFar: true }} />
        </main>
        <footer class="t3 fs12">Postflight {version}</footer>
      </div>
    </body>
  </html>
)
