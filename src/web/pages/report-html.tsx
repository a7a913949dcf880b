import { html } from 'hono/html'
import { ReportFile } from '../../../views/reports/report-file.tsx'
import type { ReportSnapshot } from '../../core/reports/snapshot.ts'
import { version } from '../../version.ts'
import { staticFiles } from '../server/static-files.ts'

/** A report as one file of HTML, with its looks inside; `home` is where its links lead. */
export async function reportHtml(report: ReportSnapshot, home: string): Promise<string> {
  return String(
    await html`<!doctype html>${<ReportFile report={report} home={home} css={ownCss()} version={version} />}`,
  )
}

/** Without the fonts, which are files of the server: the reader's own stand in. */
function ownCss(): string {
  const files = staticFiles()
  const file = files.byName.get(files.url('app.css')?.split('/').at(-1) ?? '')
  return file ? new TextDecoder().decode(file.body).replaceAll(/@font-face\s*\{[^}]*\}/g, '') : ''
}
