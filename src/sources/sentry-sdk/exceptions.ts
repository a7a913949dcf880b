import { z } from 'zod'

/** What an SDK says of the exceptions of an event and their stacks. What cannot be read of it is as if it were not said. */

const text = z.string().nullish().catch(undefined)
const flag = z.boolean().nullish().catch(undefined)

const frameSchema = z.object({ function: text, filename: text, abs_path: text, module: text, in_app: flag })
export type Frame = z.infer<typeof frameSchema>

const stackSchema = z
  .object({ frames: z.array(z.unknown()).nullish().catch(undefined) })
  .nullish()
  .catch(undefined)

const exceptionSchema = z.object({
  type: text,
  value: text,
  stacktrace: stackSchema,
  mechanism: z.object({ synthetic: flag }).nullish().catch(undefined),
})

export interface Exception {
  readonly type: string | undefined
  readonly value: string | undefined
  /** The one that failed at the end, as Sentry has them. */
  readonly frames: readonly Frame[]
  /** The SDK made it up to have a stack; its type says nothing. */
  readonly synthetic: boolean
}

/** Longer chains of causes and deeper stacks are a recursion. */
const MOST_EXCEPTIONS = 20
const MOST_FRAMES = 500

/** What was raised first, then its causes. */
export function exceptionsOf(given: unknown): readonly Exception[] {
  return valuesOf(given)
    .slice(-MOST_EXCEPTIONS)
    .reverse()
    .flatMap((one) => {
      const read = exceptionSchema.safeParse(one)
      if (!read.success) return []
      const { type, value, stacktrace, mechanism } = read.data
      return {
        type: type || undefined,
        value: value || undefined,
        frames: framesOf(stacktrace?.frames),
        synthetic: mechanism?.synthetic === true,
      }
    })
}

const threadSchema = z.object({ crashed: flag, current: flag, stacktrace: stackSchema })

/** The stack of the thread that crashed, where the exception has none; as Sentry writes stacks. */
export function crashedStack(threads: unknown): { frames: readonly Frame[] } | undefined {
  const read = valuesOf(threads).flatMap((one) => {
    const thread = threadSchema.safeParse(one)
    return thread.success ? [thread.data] : []
  })
  const thread = read.find(({ crashed }) => crashed) ?? read.find(({ current }) => current)
  return thread && { frames: framesOf(thread.stacktrace?.frames) }
}

/** Lists may stand alone, under `values`, or be a single one. */
function valuesOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  if (typeof given !== 'object' || given === null) return []
  const { values } = given as { values?: unknown }
  return Array.isArray(values) ? values : [given]
}

function framesOf(frames: readonly unknown[] | null | undefined): readonly Frame[] {
  return (frames ?? []).slice(-MOST_FRAMES).flatMap((one) => {
    const read = frameSchema.safeParse(one)
    return read.success ? [read.data] : []
  })
}
