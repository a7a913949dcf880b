import { formatCount, middleCut } from '../format.ts'
import { Icon } from './icon.tsx'
import { useServiceFind } from './service-find.ts'

/** More than these are searched, not looked through. */
const LOOKED_THROUGH = 8
/** Of more the first are sent, and others when they are asked for: each is a quarter of a kilobyte on every page. */
const SENT = 50

export interface ServicePickProps {
  /** Names, in the order they were asked for; none: all. */
  readonly chosen: readonly string[]
  /** All names there are to choose from. */
  readonly choices: readonly string[]
  /** The same page of one service; of all of them without. */
  readonly hrefOf: (service?: string) => string
}

/**
 * The services of a scope or filter form: one, some or all. Ticks count when the form is sent; a service can be chosen
 * alone by its link. Nothing of it needs a script but the field that shortens a list that was sent as a whole.
 */
export function ServicePick({ chosen, choices, hrefOf }: ServicePickProps) {
  const names = [...new Set([...chosen, ...choices])].sort()
  const isChosen = new Set(chosen)
  const isLong = names.length > SENT
  const asked = useServiceFind()
  const find = isLong ? asked : undefined
  const found = names.filter((name) => !isChosen.has(name) && name.toLowerCase().includes((find ?? '').toLowerCase()))
  const sent = isLong ? new Set([...chosen, ...found.slice(0, SENT)]) : new Set(names)
  return (
    <details class="drop left many" open={find !== undefined}>
      <summary class="pick" title={chosen.length > 1 ? chosen.join(', ') : undefined}>
        <span>Service</span>
        <b>{inShort(chosen)}</b>
        <Icon name="chevron-down" small />
      </summary>
      <fieldset class="pop pad fs">
        <legend class="vh">Services</legend>
        {isLong ? (
          <Find find={find} of={names.length} />
        ) : names.length > LOOKED_THROUGH ? (
          <Shorten of={names.length} />
        ) : null}
        <ul>
          {names
            .filter((name) => sent.has(name))
            .map((name) => (
              <li>
                <label class="check">
                  <input type="checkbox" name="service" value={name} checked={isChosen.has(name)} autocomplete="off" />
                  <span>{name}</span>
                </label>
                <a href={hrefOf(name)} aria-label={`Only ${name}`}>
                  Only
                </a>
              </li>
            ))}
        </ul>
        {isLong ? (
          <p class="t3 fs13">
            {found.length === 0
              ? 'No service is called so.'
              : found.length > SENT
                ? `${SENT} of ${formatCount(found.length)}${find ? ' that are called so' : ''}. Find others by a part of their names.`
                : null}
          </p>
        ) : (
          <p class="t3 none" hidden>
            No service is called so.
          </p>
        )}
        <div class="many-f">
          <button type="submit" class="btn pri">
            Show these
          </button>
          <a class="btn ghost" href={hrefOf()}>
            All services
          </a>
        </div>
      </fieldset>
    </details>
  )
}

const Shorten = ({ of }: { of: number }) => (
  <input
    type="search"
    class="needs-js"
    data-shortens-list
    placeholder={`One of ${of}`}
    aria-label="Find a service in this list"
    autocomplete="off"
  />
)

/** Sent by its own button, the first of the form and so that of the enter key: what is ticked stays ticked. */
const Find = ({ find = '', of }: { find: string | undefined; of: number }) => (
  <div class="many-find">
    <input
      type="search"
      name="find"
      value={find}
      placeholder={`One of ${of}`}
      aria-label="Find a service by a part of its name"
      maxlength={100}
      autocomplete="off"
    />
    <button type="submit" class="btn" name="finding" value="1">
      Find
    </button>
  </div>
)

function inShort([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'All'
  return others.length === 0 ? middleCut(first, 24) : `${others.length + 1} chosen`
}
