import { z } from 'zod'
import { cleanLine } from '../../core/text/text.ts'

const reportSchema = z.object({
  discarded_events: z.array(z.object({ reason: z.string(), category: z.string(), quantity: z.number() })),
})

/** What an SDK says it threw away before it could be sent, in a sentence. */
export function clientReportWords(value: unknown): string {
  const read = reportSchema.safeParse(value)
  const counts = (read.success ? read.data.discarded_events : [])
    .slice(0, 20)
    .map(({ quantity, category, reason }) => `${cleanLine(category, 40)} ${quantity} (${cleanLine(reason, 60)})`)
  return counts.length > 0
    ? `The SDK itself discarded: ${counts.join(', ')}.`
    : 'The SDK reports on what it discarded itself, and that is nothing.'
}
