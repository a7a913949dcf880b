import { z } from 'zod'

const instant = z.string().meta({ format: 'date-time' })

export const onCallAnswer = z.object({
  service: z.string().nullable(),
  at: instant,
  schedule: z
    .enum(['own', 'all-services'])
    .nullable()
    .meta({ description: 'Whose schedule says so; null: there is none.' }),
  now: z
    .object({ name: z.string(), until: instant.nullable().meta({ description: 'null: as far as is known.' }) })
    .nullable()
    .meta({ description: 'null: nobody is on call.' }),
  next: z.object({ name: z.string(), from: instant }).nullable(),
  trouble: z.string().nullable().meta({ description: 'Why the calendar could not be read lately.' }),
})
