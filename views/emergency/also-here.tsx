import { Icon } from '../components/icon.tsx'
import { emergencyPath } from '../paths.ts'

const MOST_NAMED = 3

/** Who else looks at it right now; asks again by itself. */
export function AlsoHere({ emergencyId, names }: { readonly emergencyId: number; readonly names: readonly string[] }) {
  return (
    <span
      id="also-here"
      role="status"
      hx-get={`${emergencyPath(emergencyId)}/presence`}
      hx-trigger="presence from:body, every 20s"
      hx-target="this"
      hx-swap="outerHTML"
      hx-sync="this:drop"
    >
      {names.length === 0 ? null : (
        <>
          <Icon name="eye" /> {presenceSentence(names)}
        </>
      )}
    </span>
  )
}

/** `Ana and Ben are also here` */
export function presenceSentence(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  const said = rest > 0 ? [...names.slice(0, MOST_NAMED), `${rest} more`] : [...names]
  const last = said.pop() ?? ''
  return `${said.length === 0 ? last : `${said.join(', ')} and ${last}`} ${names.length === 1 ? 'is' : 'are'} also here`
}
