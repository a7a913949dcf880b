import type { Interpretation, Origin } from '../../src/core/event.ts'

const LONGEST_TEXT = 40_000
const LONGEST_REMARK = 2_000

/**
 * What would make it unfit to be shown or stored, each with where it stands: no reason given, stray control characters,
 * half a character, endless text, a number or anything else that JSON does not give back as it was.
 */
export function faultsIn(made: Interpretation): string[] {
  if (made.kind === 'ignored') return remarkFaults('reason', made.reason)
  if (made.kind === 'unreadable')
    return made.problems.length === 0
      ? ['no problem']
      : made.problems.flatMap(({ path, message }, i) => [
          ...(path === '' ? [] : remarkFaults(`problems.${i}.path`, path)),
          ...remarkFaults(`problems.${i}.message`, message),
        ])
  return [
    ...(made.events.length === 0 ? ['no event'] : []),
    ...made.events.flatMap((event, i) => [
      ...valueFaults(event, `events.${i}`),
      ...originFaults(event.origin).map((fault) => `events.${i}.origin: ${fault}`),
    ]),
    ...(made.notes ?? []).flatMap((note, i) => remarkFaults(`notes.${i}`, note)),
  ]
}

/** What people read of it beside its title. */
function remarkFaults(path: string, text: string): string[] {
  if (text.trim() === '') return [`${path} is empty`]
  return text.length > LONGEST_REMARK ? [`${path} has ${text.length} characters`] : textFaults(path, text)
}

function valueFaults(value: unknown, path: string): string[] {
  if (value === undefined || typeof value === 'boolean') return []
  if (typeof value === 'string') return textFaults(path, value)
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || (path.endsWith('.percent') && value > 0 && value <= 100)
      ? []
      : [`${path}: ${value}`]
  if (Array.isArray(value)) return value.flatMap((inner, i) => valueFaults(inner, `${path}.${i}`))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return [`${path} is not plain`]
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '__proto__' ? [`${path} has ${name}`] : valueFaults(inner, `${path}.${name}`),
  )
}

function textFaults(path: string, text: string): string[] {
  if (text.length > LONGEST_TEXT) return [`${path} has ${text.length} characters`]
  if (/\p{Surrogate}/u.test(text)) return [`${path} has half a character`]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come through
  return /[\u0000-\u0008\u000b-\u001f]/.test(text) ? [`${path} has control characters`] : []
}

/** As core/event.ts says of an origin: few, short, one line each. */
const originFaults = (origin: Origin | undefined): string[] =>
  Object.entries(origin ?? {})
    .filter(([name, value], i) => i >= 50 || name.length > 200 || [...value].length > 200 || /[\n\t]/.test(value))
    .map(([name]) => name)
