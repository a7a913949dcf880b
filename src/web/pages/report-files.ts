import { formatCount, formatDayAndTime, formatDuration } from '../../../views/format.ts'
import { conclusionOf } from '../../../views/reports/curve.tsx'
import { flowConclusion } from '../../../views/reports/flow.tsx'
import { madeLine } from '../../../views/reports/report-sheet.tsx'
import { type Listing, moreOf, type ReportSnapshot, signOfReport } from '../../core/reports/snapshot.ts'
import { CSV_BEGINNING, csvLine } from '../../core/text/csv.ts'
import { plainMarkdown as plain } from '../../core/text/markdown.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { signWords } from '../../core/verdict/release-sign.ts'

/** A report as a file: the same snapshot in other shapes. */

export function reportMarkdown(report: ReportSnapshot): string {
  const { title, sentence, numbers, discovery, flow, defects, emergencies, deployments, zone } = report
  const { sign, ended } = signOfReport(report)
  const time = (at: number): string => formatDayAndTime(at, report.madeAt, zone)
  const after = (from: number, to: number | null): string => (to === null ? '–' : formatDuration(to - from))
  return [
    `# ${plain(title)}`,
    '',
    sign ? `**${signWords(sign, ended)}.** ${plain(sentence)}` : plain(sentence),
    '',
    `${plain(madeLine(report))}. Times are those of ${plain(zone)}.`,
    '',
    ...table(
      ['Number', 'Value', 'What it is made of'],
      numbers.map(({ name, numerator, text }) => [name, formatCount(numerator), text]),
    ),
    ...(discovery ? ['## Defects found, by age', '', plain(conclusionOf(discovery)), ''] : []),
    ...(flow
      ? [
          '## Defects found and fixed',
          '',
          plain(flowConclusion(flow)),
          '',
          ...table(
            [flow.unit === 'week' ? 'Week from' : 'Day', 'Found', 'Fixed', 'Given up', 'Open at the end'],
            flow.steps.map(({ from, found, fixed, givenUp, open }) => [
              time(from).replace(/ \S+$/, ''),
              ...[found, fixed, givenUp, open].map(formatCount),
            ]),
          ),
        ]
      : []),
    '## Defects',
    '',
    ...listed(
      defects,
      ['Defect', 'Severity', 'Status', 'Title', 'Service', 'Suspect', 'First seen', 'Owner'],
      (row) => [
        `PF-${row.id}`,
        row.severity,
        row.status,
        row.title,
        row.service ?? '–',
        row.suspect?.version ?? '–',
        time(row.firstSeenAt),
        row.owner ?? '–',
      ],
    ),
    '## Emergency releases',
    '',
    ...listed(emergencies, ['Which', 'What', 'State', 'Opened', 'Approved after', 'Live after', 'In all'], (row) => [
      `ER-${row.id}`,
      `${row.strategy} of ${row.service} in ${row.environment} to ${row.version}`,
      row.state,
      time(row.openedAt),
      after(row.openedAt, row.approvedAt),
      after(row.openedAt, row.deployedAt),
      after(row.openedAt, row.endedAt),
    ]),
    '## Deployments',
    '',
    ...listed(deployments, ['When', 'Release', 'Environment', 'Status', 'Replaced', 'By'], (row) => [
      time(row.at),
      `${row.service} ${row.version ?? ''}`,
      row.environment,
      row.status,
      row.replaced ?? '–',
      row.by ?? '–',
    ]),
    '## How it is counted',
    '',
    ...[...numbers.map(({ name, rule }) => ({ term: name, text: rule })), ...report.definitions].map(
      ({ term, text }) => `- **${plain(term)}**: ${plain(text)}`,
    ),
    '',
  ].join('\n')
}

function listed<Row>(list: Listing<Row>, head: readonly string[], cells: (row: Row) => readonly string[]): string[] {
  if (list.rows.length === 0) return ['None.', '']
  const more = moreOf(list)
  const rest = more > 0 || list.atLeast ? [`and ${list.atLeast ? 'at least ' : ''}${formatCount(more)} more`, ''] : []
  return [...table(head, list.rows.map(cells)), ...rest]
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${' --- |'.repeat(head.length)}`,
  ...rows.map((cells) => `| ${cells.map(plain).join(' | ')} |`),
  '',
]

const DEFECT_COLUMNS = [
  'id',
  'title',
  'severity',
  'status',
  'service',
  'environment',
  'first_seen',
  'last_seen',
  'occurrences',
  'owner',
  'suspect_service',
  'suspect_version',
]

/** The defects of a report, safe to open in a spreadsheet. */
export const reportCsv = ({ defects }: ReportSnapshot): string =>
  CSV_BEGINNING +
  [
    csvLine(DEFECT_COLUMNS),
    ...defects.rows.map((row) =>
      csvLine([
        `PF-${row.id}`,
        row.title,
        row.severity,
        row.status,
        row.service ?? undefined,
        row.environment ?? undefined,
        formatInstant(row.firstSeenAt),
        formatInstant(row.lastSeenAt),
        row.occurrences,
        row.owner ?? undefined,
        row.suspect?.service,
        row.suspect?.version,
      ]),
    ),
  ].join('')
