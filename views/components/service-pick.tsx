import { middleCut } from '../format.ts'
import { Icon } from './icon.tsx'

/** More than these are searched, not looked through. */
const LOOKED_THROUGH = 8

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
 * alone by its link. Nothing of it but the field that shortens the list needs a script.
 */
export function ServicePick({ chosen, choices, hrefOf }: ServicePickProps) {
  const names = [...new Set([...chosen, ...choices])].sort()
  const isChosen = new Set(chosen)
  return (
    <details class="drop left many">
      <summary class="pick" title={chosen.length > 1 ? chosen.join(', ') : undefined}>
        <span>Service</span>
        <b>{inShort(chosen)}</b>
        <Icon name="chevron-down" small />
      </summary>
      <fieldset class="pop pad fs">
        <legend class="vh">Services</legend>
        {names.length > LOOKED_THROUGH ? (
          <input
            type="search"
            class="needs-js"
            data-shortens-list
            placeholder={`One of ${names.length}`}
            aria-label="Find a service in this list"
            autocomplete="off"
          />
        ) : null}
        <ul>
          {names.map((name) => (
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
        <p class="t3 none" hidden>
          No service is called so.
        </p>
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

function inShort([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'All'
  return others.length === 0 ? middleCut(first, 24) : `${others.length + 1} chosen`
}
