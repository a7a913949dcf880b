import { ROLES, type Role } from '../../src/core/access/role.ts'
import { Field, type FormProblems } from '../components/form-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'

const MEANING: Readonly<Record<Role, readonly [name: string, may: string]>> = {
  viewer: ['Viewer', 'reads everything, changes nothing'],
  engineer: ['Engineer', 'reports and triages defects, opens emergency releases, plans releases, replays deliveries'],
  'release-manager': [
    'Release manager',
    'also approves and sends emergency releases, sets locks and freezes, rules and mappings',
  ],
  admin: ['Admin', 'also sources and their secrets, CI targets, users, API tokens'],
}

export interface AccessFieldsProps {
  readonly role: string
  /** Names, separated by commas; '': all. */
  readonly limit: string
  /** To choose from. */
  readonly services: readonly string[]
  readonly problems: FormProblems
}

/** Role and limit of a person, as their form and that of an invitation have them. */
export const AccessFields = ({ role, limit, services, problems }: AccessFieldsProps) => (
  <>
    <fieldset class="fs" id="f-role">
      <legend>Role</legend>
      <div class="fld">
        {ROLES.map((one) => (
          <label class="check">
            <input type="radio" name="role" value={one} checked={one === role} required />
            <span>
              <b>{MEANING[one][0]}</b> {MEANING[one][1]}
            </span>
          </label>
        ))}
        {problems.fields.role ? <p class="err">{problems.fields.role}</p> : null}
      </div>
    </fieldset>
    <Field
      name="services"
      label="May change only these services"
      optional
      hint="Names, separated by commas; may read all. Whatever concerns other services, or all of them, is refused. Empty: all services, also those to come."
      value={limit}
      problems={problems}
      input={{ autocomplete: 'off', list: 'services', maxlength: 2000 }}
    />
    <Suggestions id="services" of={services} />
  </>
)
