/** What changed, in one line for each thing: `severity: S3 → S1`. Never throws: what cannot be read is shown as it is. */
export function changeWords(changeJson: string): string[] {
  let change: unknown
  try {
    change = JSON.parse(changeJson)
  } catch {
    return [changeJson]
  }
  return Object.entries(change as Record<string, unknown>).map(([name, value]) => `${spaced(name)}: ${words(value)}`)
}

function words(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (typeof value !== 'object') return ''
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(words).join(', ')
  const { from, to, ...others } = value as Record<string, unknown>
  if (from !== undefined && to !== undefined && Object.keys(others).length === 0) return `${words(from)} → ${words(to)}`
  return Object.entries(value)
    .map(([name, item]) => `${spaced(name)} ${words(item)}`)
    .join(', ')
}

/** `ownRequests` as two words. */
const spaced = (name: string): string =>
  /^[a-z]+([A-Z][a-z]+)+$/.test(name) ? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : name
