import { createHash } from 'node:crypto'
import { titleFingerprint } from '../../core/defect/title-fingerprint.ts'
import { cleanLine } from '../../core/text/text.ts'
import { crashedStack, type Exception, exceptionsOf } from './exceptions.ts'
import { stableFrames } from './stable-frames.ts'

/** What makes two events of a service the same defect. */
export interface Groupable {
  /** As the program set it. */
  readonly fingerprint?: unknown
  readonly exception?: unknown
  readonly threads?: unknown
  /** Whatever stands at the top of an event that has no exception. */
  readonly stacktrace?: unknown
  /** With its placeholders, when the program gave it with parameters. */
  readonly template: string | undefined
  readonly message: string | undefined
  /** Where it happened, which is all that is left of an event that says nothing else. */
  readonly place: string | undefined
}

const MOST_PARTS = 50

/**
 * The method's name is part of it, so that a better rule does not silently split what this one joined. What the program
 * set counts, with `{{ default }}` in it standing for what we would have made of it.
 */
export function fingerprintOf(event: Groupable): string {
  const said = Array.isArray(event.fingerprint) ? event.fingerprint.slice(0, MOST_PARTS) : []
  const parts = said.filter((part) => typeof part === 'string' || typeof part === 'number').map(String)
  const own = () => ownParts(event)
  const isOwn = parts.length === 0 || (parts.length === 1 && isDefault(parts[0]))
  const whole = isOwn ? own() : ['set', ...parts.flatMap((part) => (isDefault(part) ? own() : cleanLine(part, 500)))]
  return `sdk-v1:${createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 32)}`
}

const isDefault = (part: string | undefined): boolean => /^\s*\{\{\s*default\s*\}\}\s*$/.test(part ?? '')

function ownParts(event: Groupable): string[] {
  const exceptions = exceptionsOf(event.exception)
  const [raised] = exceptions
  // Around a message the SDK puts an exception, to have a stack.
  const isMessage = raised?.synthetic && event.message !== undefined
  if (raised && !isMessage) return exceptionParts(raised, framesOf(event, exceptions))
  if (event.template !== undefined) return ['template', cleanLine(event.template, 500)]
  if (event.message !== undefined) return ['message', titleFingerprint(event.message)]
  return ['place', ...framesOf(event, []).map(({ file, function: name }) => `${file} ${name}`), event.place ?? '']
}

function framesOf(event: Groupable, exceptions: readonly Exception[]) {
  const stacks = exceptions.map(({ frames }) => frames)
  const beside = [
    crashedStack(event.threads)?.frames,
    crashedStack([{ current: true, stacktrace: event.stacktrace }])?.frames,
  ]
  for (const frames of [...stacks, ...beside]) {
    const stable = stableFrames(frames ?? [])
    if (stable.length > 0) return stable
  }
  return []
}

/**
 * What an exception says changes from one failure to the next, so it counts only where the stack tells nothing: there is
 * none, or a minifier has left one file of it.
 */
function exceptionParts({ type, value, synthetic }: Exception, frames: ReturnType<typeof stableFrames>): string[] {
  const named = synthetic || (type ?? '').length <= 2 ? '' : cleanLine(type ?? '', 300)
  const stack = frames.map((frame) => `${frame.file} ${frame.function ?? ''}`)
  const tells = frames.some((frame) => frame.function !== undefined)
  return ['exception', named, ...stack, ...(tells ? [] : [titleFingerprint(value ?? '')])]
}
