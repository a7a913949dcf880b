import type { Frame } from './exceptions.ts'

/**
 * A stack as it stays from one build to the next: no lines or columns, no hashes in the names of bundles, no helpers
 * that compilers put around asynchronous functions.
 */

/** Further out they say how it was reached and no longer what failed. */
const INNERMOST = 10
/** More than any name; the rest of a hostile one is not searched. */
const LONGEST_NAME = 300

export interface StableFrame {
  readonly file: string
  /** Undefined: it has none, or one that a minifier gave it. */
  readonly function: string | undefined
}

/** The innermost frames of the application's own code, the one that failed last; repeats that follow each other once. */
export function stableFrames(frames: readonly Frame[]): StableFrame[] {
  const saysWhose = frames.some(({ in_app }) => typeof in_app === 'boolean')
  const own = frames.filter((frame) => (saysWhose ? frame.in_app === true : !isLibrary(frame)))
  const told = own.filter((frame) => !isAsyncHelper(frame))
  const stable = (told.length > 0 ? told : own).map((frame): StableFrame => {
    const file = stableFile(frame)
    return { file, function: stableFunction(frame, file) }
  })
  return stable
    .filter((frame, i) => frame.file !== stable[i - 1]?.file || frame.function !== stable[i - 1]?.function)
    .slice(-INNERMOST)
}

const LIBRARY =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor\/bundle|usr\/lib)\/|^(?:node:|internal\/|<|\[)/

const isLibrary = (frame: Frame): boolean => LIBRARY.test(nameOf(frame))

const nameOf = ({ filename, abs_path, module }: Frame): string =>
  (filename || abs_path || module || '').slice(0, LONGEST_NAME).replaceAll('\\', '/')

/** Of TypeScript and Babel; and what V8 itself stands for. */
const ASYNC_HELPERS = new Set([
  '__awaiter',
  'asyncGeneratorStep',
  '_asyncToGenerator',
  '_next',
  '_throw',
  'adopt',
  'fulfilled',
  'rejected',
  'step',
  'Generator.next',
  'Generator.throw',
  'Generator.invoke',
  'Generator._invoke',
  'tryCatch',
  'new Promise',
  'Promise.all',
  'Promise.then',
  'processTicksAndRejections',
  'process.processTicksAndRejections',
  'runMicrotasks',
])

const isAsyncHelper = (frame: Frame): boolean =>
  ASYNC_HELPERS.has((frame.function ?? '').replace(/^async /, '').replace(/ \(.*$/, ''))

/** Without scheme and host, query, and whatever a build or a release put into it. */
function stableFile(frame: Frame): string {
  const path = nameOf(frame)
    .replace(/[?#].*$/, '')
    .replace(/^[a-z][a-z-]*:\/\/[^/]*\//i, '')
    .replace(/^(?:\.?\/)+/, '')
  return path
    .split('/')
    .map((part, i, parts) => (i === parts.length - 1 ? withoutHash(part) : OF_A_RELEASE.test(part) ? '*' : part))
    .join('/')
}

/** A folder named after a time, a commit or a version. */
const OF_A_RELEASE = /^(?:\d{6,}|(?=[a-f]*\d)[0-9a-f]{7,}|(?:[\w-]*[-_])?v?\d+\.\d+(?:\.\d+)?[\w.+-]*)$/

/** `main.3f9a2b1c.chunk.js` and `index-BzX3kq9T.js`: what stands where a hash does and looks like one. */
const withoutHash = (name: string): string =>
  name.replace(/([.-])(?=[a-zA-Z_-]*\d|\w+[A-Z])[\w-]{8,64}(?=(?:\.(?:min|chunk|bundle))*\.[mc]?jsx?$)/, '$1*')

const ANONYMOUS = /^(?:\?|<?anonymous>?|<unknown>|Object|_callee\d*\$?|<module>)?$/

function stableFunction(frame: Frame, file: string): string | undefined {
  const isScript = /\.[mc]?[jt]sx?$|\.vue$|\.svelte$/.test(file)
  const whole = (frame.function ?? '')
    .slice(0, LONGEST_NAME)
    .replace(/^(?:async|new) /, '')
    .replace(/ \[as .*$/, '')
    // Numbered in the order in which the compiler met them.
    .replace(/((?:lambda|closure|anonymous)\D{0,3}|[$#])\d+/gi, '$1')
  // Whose method it is V8 guesses from the object at hand: Object, Module, the name of a subclass.
  const name = isScript ? whole.slice(whole.lastIndexOf('.') + 1) : whole
  const isMinified = isScript && name.length <= 2
  return isMinified || ANONYMOUS.test(name) ? undefined : name
}
