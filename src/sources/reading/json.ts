import { isUtf8 } from 'node:buffer'
import type { Problem } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'

const MAX_DEPTH = 64
const MAX_MEMBERS = 50_000
/** Enough for a person to see what is going on. */
const MAX_REPEATED_KEYS = 20

export type JsonRead =
  | {
      readonly ok: true
      /**
       * As JSON.parse gives it, with one difference: an integer beyond ±2^53 is the string of its digits, so that an id
       * keeps them all. `__proto__` is an ordinary own key; zod's objects drop it unless a schema asks for it, and
       * nobody may merge this value into another object.
       */
      readonly value: unknown
      /** Paths, as in `commits.3.sha`, of the keys that one object has more than once (the last one won); at most 20. */
      readonly repeatedKeys: readonly string[]
    }
  | { readonly ok: false; readonly problem: Problem }

/**
 * Reads a JSON body from outside: UTF-8 (a byte order mark is dropped), at most 64 levels deep, at most 50,000 members
 * and elements in all. Never throws, whatever the bytes; time and memory are linear in their number.
 */
export function readJson(bytes: Uint8Array): JsonRead {
  if (!isUtf8(bytes)) return refused('is not UTF-8 text')
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const start = bytes.byteOffset + (hasMark ? 3 : 0)
  return readJsonText(Buffer.from(bytes.buffer, start, bytes.byteLength - (hasMark ? 3 : 0)).toString('utf8'))
}

/** The same for text that came some other way, such as in a form field. */
export function readJsonText(text: string): JsonRead {
  const scan = scanJson(text)
  if ('refusal' in scan) return refused(scan.refusal)
  try {
    const value: unknown = JSON.parse(text)
    // Parsed twice only when it must be: the first time proves that what the scan took for numbers are numbers.
    const exact = scan.bigIntegers.length === 0 ? value : JSON.parse(withQuotes(text, scan.bigIntegers))
    return { ok: true, value: exact, repeatedKeys: scan.repeatedKeys }
  } catch (error) {
    return refused(`is not JSON: ${cleanLine((error as Error).message, 200)}`)
  }
}

/** What our own API says to a body with repeated keys: which one was meant cannot be known. */
export const repeatedKeyProblems = (paths: readonly string[]): Problem[] =>
  paths.map((path) => ({ path, message: 'is given more than once' }))

const refused = (message: string): JsonRead => ({ ok: false, problem: { path: '', message: `the body ${message}` } })

type Scan =
  | { readonly refusal: string }
  | { readonly repeatedKeys: string[]; readonly bigIntegers: { readonly start: number; readonly end: number }[] }

interface OpenContainer {
  /** Undefined in an array. */
  readonly keys: Set<string> | undefined
  /** Where the scan is in it: the member's key or the element's number. */
  at: string | number
  expectsKey: boolean
}

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const BACKSLASH = 0x5c

/** One walk over the text before anything is built from it. What it finds counts only if the text then parses. */
function scanJson(text: string): Scan {
  const open: OpenContainer[] = []
  const repeatedKeys: string[] = []
  const bigIntegers: { start: number; end: number }[] = []
  let members = 0
  let anything = false
  let top: OpenContainer | undefined

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isSpace(code)) continue
    anything = true
    if (code === QUOTE) {
      const end = endOfString(text, i)
      if (top?.expectsKey) {
        const key = keyIn(text, i, end)
        top.at = key
        top.expectsKey = false
        if (!top.keys?.has(key)) top.keys?.add(key)
        else if (repeatedKeys.length < MAX_REPEATED_KEYS) repeatedKeys.push(open.map(({ at }) => at).join('.'))
      }
      i = end
    } else if (code === 0x7b || code === 0x5b) {
      if (open.length === MAX_DEPTH) return { refusal: `is nested more than ${MAX_DEPTH} levels deep` }
      if (++members > MAX_MEMBERS) return tooManyMembers
      top =
        code === 0x7b ? { keys: new Set(), at: '', expectsKey: true } : { keys: undefined, at: 0, expectsKey: false }
      open.push(top)
    } else if (code === 0x7d || code === 0x5d) {
      open.pop()
      top = open.at(-1)
    } else if (code === COMMA) {
      if (++members > MAX_MEMBERS) return tooManyMembers
      if (top?.keys) top.expectsKey = true
      else if (top) top.at = (top.at as number) + 1
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, i)
      if (end - i > 15 && isUnsafeInteger(text.slice(i, end))) bigIntegers.push({ start: i, end })
      i = end - 1
    }
  }
  return anything ? { repeatedKeys, bigIntegers } : { refusal: 'is empty' }
}

const tooManyMembers = { refusal: `has more than ${MAX_MEMBERS.toLocaleString('en')} members` }

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
const isDigit = (code: number) => code >= 0x30 && code <= 0x39

/** Position of the closing quote, or of the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return i
    if (code === BACKSLASH) i++
  }
  return text.length
}

/** The key between two quotes; `a` and `\u0061` are the same key. */
function keyIn(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  if (!raw.includes('\\')) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return raw
  }
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && '0123456789+-.eE'.includes(text[end] as string)) end++
  return end
}

const isUnsafeInteger = (token: string) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))

function withQuotes(text: string, spans: readonly { start: number; end: number }[]): string {
  let quoted = ''
  let from = 0
  for (const { start, end } of spans) {
    quoted += `${text.slice(from, start)}"${text.slice(start, end)}"`
    from = end
  }
  return quoted + text.slice(from)
}
