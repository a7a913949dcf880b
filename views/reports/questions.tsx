import { CADENCE_WORDS } from '../../src/core/reports/schedule.ts'
import type { ReportShare } from '../../src/store/reports/report-links.ts'
import type { ReportSchedule } from '../../src/store/reports/report-schedules.ts'
import type { StoredReport } from '../../src/store/reports/report-snapshots.ts'
import type { Question } from '../components/confirm-page.tsx'
import { Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import { reportPath } from '../paths.ts'

/**
 * Whether a report is to be deleted.
 * @param links how many lead to it now
 */
export const removeReportQuestion = (report: StoredReport, links: number, now: number): Question => ({
  title: `Delete the report ‘${report.title}’?`,
  facts: [
    ['Of', report.service ?? 'all services'],
    [
      'Made',
      <>
        <Time at={report.madeAt} now={now} /> by {report.madeBy}
      </>,
    ],
    [
      'Shared',
      links === 0 ? (
        'by no link that works'
      ) : (
        <a href={`${reportPath(report.id)}#sharing`}>by {counted(links, 'link')} that work</a>
      ),
    ],
  ],
  happens: `The report is deleted${links === 0 ? '' : ', and whoever has a link to it finds nothing there any more'}. It says what was known when it was made; one made today may say other things.`,
  stays: 'Releases, defects and deployments stay, and so do files that were saved of it.',
  verb: 'Delete',
  button: `Delete ‘${report.title}’`,
  mustType: report.title,
  back: reportPath(report.id),
})

/** Whether a link is to lead to its report no more. */
export const endLinkQuestion = (report: StoredReport, link: ReportShare, now: number): Question => ({
  title: `End link ${link.id} to ‘${report.title}’?`,
  facts: [
    [
      'Made',
      <>
        <Time at={link.madeAt} now={now} /> by {link.madeBy}
      </>,
    ],
    ['Works until', <Time at={link.expiresAt} now={now} />],
    ['People', link.hidesPeople ? 'hidden' : 'shown'],
    [
      'Opened',
      link.lastOpenedAt === undefined ? (
        'never'
      ) : (
        <>
          {counted(link.opened, 'time')}, last <Time at={link.lastOpenedAt} now={now} />
        </>
      ),
    ],
  ],
  happens: 'Whoever has this link finds nothing there any more. The same link cannot be put in force again.',
  stays: 'The report stays, other links to it go on working, and another link can be made.',
  verb: 'End',
  button: `End link ${link.id}`,
  back: `${reportPath(report.id)}#sharing`,
})

/**
 * Whether a plan is to make reports no more.
 * @param heardBy names of the channels that tell of planned reports
 */
export function removePlanQuestion(
  { cadence, service, zone, enabled, madeBy }: ReportSchedule,
  heardBy: readonly string[],
): Question {
  const of = service === undefined ? 'all services' : `‘${service.name}’`
  return {
    title: `Remove the planned reports of ${of}?`,
    facts: [
      ['When', CADENCE_WORDS[cadence]],
      ['Of', service?.name ?? 'all services'],
      ['Days in', zone.replaceAll('_', ' ')],
      ['State', enabled ? 'On' : 'Off'],
      ['Planned by', madeBy],
      ['Told to', heardBy.join(', ') || 'no channel'],
    ],
    happens: 'This plan makes no more reports, and nobody is told of them.',
    stays: 'Reports that were made stay, and so do other plans. To stop it for a while, switch it off instead.',
    verb: 'Remove',
    button: `Remove the plan of ${of}`,
    back: '/reports#plans',
  }
}
