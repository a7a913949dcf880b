import { z } from 'zod'

/** The files of an event's stack frames, for they are what a release may have changed. */

const text = z.string().nullish()
const frame = z.object({ filename: text, abs_path: text, module: text, in_app: z.boolean().nullish() })
const stack = z.object({ frames: z.array(z.unknown()).nullish() }).nullish()
const withStack = z.object({ stacktrace: stack })
type Frame = z.infer<typeof frame>

/** More frames than this are a recursion. */
const MOST_FRAMES = 500

/**
 * Paths of the application's own code, the innermost frame first; of frames that nobody told apart all of them. What
 * cannot be read is passed over.
 * @param exception Sentry's, the cause first and what was raised at the end
 */
export function stackFiles(exception: unknown, topLevel: unknown): string[] {
  const frames = [...stacksOf(exception), ...framesOf({ stacktrace: topLevel })].slice(0, MOST_FRAMES)
  const own = frames.some(({ in_app }) => in_app === true || in_app === false)
    ? frames.filter(({ in_app }) => in_app === true)
    : frames
  return own.flatMap((one) => fileOf(one) ?? [])
}

function stacksOf(exception: unknown): Frame[] {
  const values = Array.isArray(exception) ? exception : (exception as { values?: unknown } | null | undefined)?.values
  return Array.isArray(values) ? values.slice(-20).reverse().flatMap(framesOf) : []
}

/** Sentry keeps the frame that failed at the end. */
function framesOf(value: unknown): Frame[] {
  const parsed = withStack.safeParse(value)
  const frames = parsed.success ? (parsed.data.stacktrace?.frames ?? []) : []
  return frames
    .slice(-MOST_FRAMES)
    .reverse()
    .flatMap((one) => {
      const read = frame.safeParse(one)
      return read.success ? [read.data] : []
    })
}

function fileOf({ filename, abs_path, module }: Frame): string | undefined {
  const name = (filename || abs_path || '').replace(/^(?:app|webpack|webpack-internal|file):\/\/\/?/, '')
  if (name === '' || name.startsWith('<')) return undefined
  // Java and its like name the file alone; where it lies is said by the package.
  const folder = /^[\w$]+\.(?:java|kt|scala|groovy)$/.test(name)
    ? /^([\w.]+)\.[\w$]+$/.exec(module ?? '')?.[1]
    : undefined
  return folder === undefined ? name.replace(/^https?:\/\/[^/]*\//, '') : `${folder.replaceAll('.', '/')}/${name}`
}
