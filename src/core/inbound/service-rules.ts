import type { Applied, Origin, SourceEvent } from '../event.ts'

/**
 * The operator's rules that tell which service an event is about. A sender's own names stay what events are recognised
 * by; the rules decide under which service what they say is kept.
 */
export interface ServiceRule {
  /** A name in the event's origin, such as `repository`; `service` is also what the source took as the service. */
  readonly field: string
  /** The whole value, capital letters aside; one `*` stands for any text, none included. */
  readonly pattern: string
  readonly service: string
  /** It is for all sources; those of the source come first. */
  readonly isGeneral: boolean
}

export interface ServiceRules {
  readonly rules: readonly ServiceRule[]
  /** For events that no rule matches and that name no service. */
  readonly defaultService: string | undefined
  /** Goes up with every change of what concerns the source; 0: there never was any. */
  readonly revision: number
}

export const noServiceRules: ServiceRules = { rules: [], defaultService: undefined, revision: 0 }

/** An event that no rule matched, by what best tells it from others. */
export interface Unmapped {
  /** Empty when the event says nothing of where it comes from. */
  readonly field: string
  readonly value: string
  /** The service it counts for all the same: the sender's own name, or the default. */
  readonly service: string | undefined
  readonly origin: Origin
}

/** How heavy a statement of a service is within one revision of the rules. */
const RANK = { rule: 3, own: 2, default: 1, none: 0 } as const
const RANKS = 4

/**
 * The events with the services that the rules give them, and those that no rule matched.
 *
 * @param isReading the events were read again because the rules changed
 */
export function applyServiceRules(
  events: readonly SourceEvent[],
  { rules, defaultService, revision }: ServiceRules,
  isReading = false,
): { events: SourceEvent[]; unmapped: Unmapped[] } {
  const ordered = [...rules].sort(bySpecificity)
  const unmapped = new Map<string, Unmapped>()
  const placed = events.map((event): SourceEvent => {
    const names = namesOf(event)
    const rule = ordered.find(({ field, pattern }) => {
      const value = Object.hasOwn(names, field) ? names[field] : undefined
      return value !== undefined && matchesPattern(pattern, value)
    })
    const service = rule?.service ?? event.service ?? defaultService
    if (!rule && !saysNothing(event, names)) {
      const { field, value } = mostTelling(event)
      unmapped.set(JSON.stringify([field, value, service]), { field, value, service, origin: names })
    }
    if (revision === 0) return event
    const rank = rule ? 'rule' : event.service !== undefined ? 'own' : service !== undefined ? 'default' : 'none'
    const applied = { ownService: event.service, serviceWeight: revision * RANKS + RANK[rank], isReading }
    return withService(event, service, applied)
  })
  return { events: placed, unmapped: [...unmapped.values()] }
}

function withService(event: SourceEvent, service: string | undefined, applied: Applied): SourceEvent {
  if (event.type === 'defect') return { ...event, service, applied }
  const named = { service: service ?? event.service }
  return event.type === 'deployment' ? { ...event, ...named, applied } : { ...event, ...named }
}

const namesOf = ({ service, origin }: SourceEvent): Origin => ({ ...(service !== undefined && { service }), ...origin })

/** A mere change of state of what is known already. */
const saysNothing = (event: SourceEvent, names: Origin): boolean =>
  event.type === 'defect' && event.count === 0 && Object.keys(names).length === 0

/** Whether a value is what a pattern means. */
export function matchesPattern(pattern: string, value: string): boolean {
  const [wanted, text] = [pattern.toLowerCase(), value.toLowerCase()]
  const star = wanted.indexOf('*')
  if (star < 0) return wanted === text
  const [before, after] = [wanted.slice(0, star), wanted.slice(star + 1)]
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
}

/**
 * The source's own rules before those for all, whole values before patterns, longer patterns before shorter ones; then
 * by field and pattern, so that no two are undecided.
 */
export function bySpecificity(a: ServiceRule, b: ServiceRule): number {
  const isPattern = (rule: ServiceRule) => Number(rule.pattern.includes('*'))
  return (
    Number(a.isGeneral) - Number(b.isGeneral) ||
    isPattern(a) - isPattern(b) ||
    b.pattern.length - a.pattern.length ||
    (a.field < b.field ? -1 : a.field > b.field ? 1 : 0) ||
    (a.pattern < b.pattern ? -1 : a.pattern > b.pattern ? 1 : 0)
  )
}

/** What names one piece of software comes before what names a group of them, and that before circumstances. */
const TELLING = [
  'service',
  'label.service',
  'repository',
  'app',
  'application',
  'label.app',
  'label.component',
  'component',
  'label.job',
  'job',
  'project',
  'pipeline',
  'definition',
  'label.team',
  'team',
]

/** What the sender said before what the source made of it. */
function mostTelling({ service, origin = {} }: SourceEvent): { field: string; value: string } {
  const known = TELLING.find((name) => Object.hasOwn(origin, name))
  if (known === undefined && service !== undefined) return { field: 'service', value: service }
  const field = known ?? Object.keys(origin).sort()[0] ?? ''
  return { field, value: origin[field] ?? '' }
}
