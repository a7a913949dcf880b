import { z } from 'zod'
import type { ReportSnapshot } from '../../core/reports/snapshot.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { snapshotShape } from '../../operations/reports/stored-snapshot.ts'

const instant = z.string().meta({ format: 'date-time' })

export const reportItem = z.object({
  id: z.string(),
  kind: z.enum(['release', 'period']),
  title: z.string(),
  service: z.string().nullable().meta({ description: 'null: about all services.' }),
  madeBy: z.string(),
  madeAt: instant,
  dataUntil: instant
    .nullable()
    .meta({ description: 'When the last delivery that it rests on had come in; null: nothing ever had.' }),
})

/** What is stored, with its instants as the API writes them. */
const written = snapshotShape(z.int().transform(formatInstant).pipe(instant))

export const reportJson = (report: ReportSnapshot): z.output<typeof written> => written.parse(report)

export const reportDetails = reportItem.extend({
  report: written.meta({ description: 'As it was when it was made. format: the version of this shape.' }),
})
