import { SEVERITIES, TIERS, type WrittenRule } from '../../src/core/rules/read-rule.ts'
import type { TriggerKind } from '../../src/core/rules/rule.ts'
import { severityWords } from '../../src/core/rules/rule-sentence.ts'
import { CsrfField, Field, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'

export interface RuleFormProps {
  /** Undefined: a new one. */
  readonly id: number | undefined
  readonly name: string
  readonly isOn: boolean
  readonly written: WrittenRule
  readonly channels: readonly { readonly id: number; readonly name: string }[]
  readonly problems: FormProblems
  readonly csrfToken: string
}

const TRIGGER_WORDS: Readonly<Record<TriggerKind, string>> = {
  attributed: 'A defect is attributed to a release',
  suspected: 'A release is suspected of a defect',
  regressed: 'A fixed defect comes back',
  verdict: 'The verdict on a release turns bad',
  signal: 'A service does slowly worse',
}

/** All parts of a rule. The same form tries it on the past, and saves it. */
export function RuleForm({ id, name, isOn, written, channels, problems, csrfToken }: RuleFormProps) {
  return (
    <form method="post" action={id === undefined ? '/rules' : `/rules/${id}`} class="rul-form">
      <CsrfField token={csrfToken} />
      <Field name="name" label="Name" value={name} problems={problems} input={{ required: true, maxlength: 100 }} />
      <fieldset class="fs">
        <legend>When</legend>
        <div class="f2">
          <Select
            name="trigger"
            label="It waits for"
            value={written.trigger}
            problems={problems}
            choices={Object.entries(TRIGGER_WORDS).map(([value, text]) => ({ value, text }))}
          />
          <Field
            name="probability"
            label="With at least"
            hint="Per cent. For attributed and suspected."
            type="number"
            value={written.probability}
            problems={problems}
            input={{ min: 1, max: 100 }}
          />
          <Select
            name="verdict"
            label="Verdict"
            hint="For the verdict on a release."
            value={written.verdict}
            problems={problems}
            choices={[
              { value: 'suspect', text: 'Suspect' },
              { value: 'watch', text: 'Watch or suspect' },
            ]}
          />
          <Select
            name="severity"
            label="Severity of the defect"
            value={written.severity}
            problems={problems}
            choices={[
              { value: '', text: 'Any' },
              ...SEVERITIES.slice(0, 3).map((severity) => ({ value: severity, text: severityWords(severity) })),
            ]}
          />
          <Field
            name="releaseAgeHours"
            label="Release less than so many hours old"
            optional
            hint="Since it first came to the environment."
            type="number"
            value={written.releaseAgeHours}
            problems={problems}
            input={{ min: 1, max: 2160 }}
          />
          <TextArea
            name="services"
            label="Only of these services"
            optional
            hint="One on a line. Empty: all."
            rows={2}
            value={written.services}
            problems={problems}
          />
        </div>
        <fieldset class="fs" id="f-tiers">
          <legend>Environments</legend>
          <div class="row row-w">
            {TIERS.map((tier) => (
              <label class="check">
                <input
                  type="checkbox"
                  name={`tier-${tier}`}
                  value="1"
                  {...(written.tiers.includes(tier) ? { checked: true } : {})}
                />
                <span>{tier}</span>
              </label>
            ))}
          </div>
          {problems.fields.tiers ? <p class="err">{problems.fields.tiers}</p> : null}
        </fieldset>
        <Check name="notTimeAlone" checked={written.notTimeAlone} text="Not when only the time points at the release" />
      </fieldset>
      <fieldset class="fs" id="f-notify">
        <legend>Then</legend>
        <Check name="notify" checked={written.notify} text="Page who is on call" />
        {channels.length > 0 ? (
          <div class="row row-w rul-in" id="f-channels">
            <span class="t2 fs13">Over</span>
            {channels.map((channel) => (
              <Check
                name={`channel-${channel.id}`}
                checked={written.channels.includes(String(channel.id))}
                text={channel.name}
              />
            ))}
            <span class="t3 fs13">None chosen: those that hear of rules.</span>
          </div>
        ) : null}
        <Check name="draft" checked={written.draft} text="Draft an emergency release, which sends nothing" />
        <Check
          name="rollback"
          checked={written.rollback}
          text="Fire the rollback, where an admin has switched that on and every check passes"
        />
        {['notify', 'draft', 'rollback'].map((field) =>
          problems.fields[field] ? <p class="err">{problems.fields[field]}</p> : null,
        )}
      </fieldset>
      <fieldset class="fs">
        <legend>How often</legend>
        <div class="f2">
          <Field
            name="aDay"
            label="At most a day, for each service"
            type="number"
            value={written.aDay}
            problems={problems}
            input={{ min: 1, max: 50, required: true }}
          />
          <Select
            name="oncePer"
            label="Once for each"
            value={written.oncePer}
            problems={problems}
            choices={[
              { value: 'release', text: 'Release' },
              { value: 'defect', text: 'Defect' },
            ]}
          />
        </div>
        <Check name="on" checked={isOn} text="It is on" />
      </fieldset>
      <div class="row row-w">
        <button type="submit" class="btn pri" name="do" value="save">
          Save
        </button>
        <button type="submit" class="btn" name="do" value="try">
          Try on the last 90 days
        </button>
        <a class="btn" href="/rules">
          Back to the rules
        </a>
      </div>
    </form>
  )
}

function Check({ name, checked, text }: { name: string; checked: boolean; text: string }) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value="1" {...(checked ? { checked: true } : {})} />
      <span>{text}</span>
    </label>
  )
}
