/** What changed, in one line for each thing: `severity: S3 → S1`. Never throws: what cannot be read is shown as it is. */
export function changeWords(changeJson: string): string[] {
  let change: unknown
  try {
    change = JSON.parse(changeJson)
  } catch {
    return [changeJson]
  }
  const { from, to, ...others } = change as Record<string, unknown>
  const more = Object.entries(others).map(([name, value]) => `${spaced(name)}: ${words(value)}`)
  if (isThings(from) && isThings(to)) return [...differences(from, to), ...more]
  if (from !== undefined && to !== undefined) return [`${words(from)} → ${words(to)}`, ...more]
  return [
    ...(to === undefined ? [] : [`to: ${words(to)}`]),
    ...(from === undefined ? [] : [`from: ${words(from)}`]),
    ...more,
  ]
}

type Things = Readonly<Record<string, unknown>>
const isThings = (value: unknown): value is Things =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of two states only what differs. */
const differences = (from: Things, to: Things): string[] =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .map((name) => [name, words(from[name] ?? null), words(to[name] ?? null)] as const)
    .filter(([, before, after]) => before !== after)
    .map(([name, before, after]) => `${spaced(name)}: ${before} → ${after}`)

function words(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (isInstant(value)) return `${new Date(value).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (typeof value !== 'object') return ''
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(words).join(', ')
  const { from, to, ...others } = value as Record<string, unknown>
  if (from !== undefined && to !== undefined && Object.keys(others).length === 0) return `${words(from)} → ${words(to)}`
  return Object.entries(value)
    .map(([name, item]) => `${spaced(name)} ${words(item)}`)
    .join(', ')
}

/** In milliseconds, of this century; no count, size or id that is noted comes near. */
const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1e12 && value < 1e13

/** `ownRequests` as two words. */
const spaced = (name: string): string =>
  /^[a-z]+([A-Z][a-z]+)+$/.test(name) ? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : name
