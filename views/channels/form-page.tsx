import {
  EVENT_WORDS,
  EVENTS,
  isEmergencyEvent,
  type SubscribedEvent,
} from '../../src/core/notifications/announcement.ts'
import { CsrfField, Field, FormErrors, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'
import { PageHead, Panel, Tabs } from '../components/page-parts.tsx'
import { channelPath } from '../paths.ts'

export interface ChannelFormProps {
  /** Undefined: a new one. */
  readonly id: number | undefined
  readonly kinds: readonly { readonly kind: string; readonly label: string }[]
  readonly kind: {
    readonly kind: string
    readonly label: string
    readonly fields: readonly {
      readonly name: string
      readonly label: string
      readonly hint: string
      readonly secret: boolean
      readonly required: boolean
    }[]
  }
  readonly typed: ChannelTyped
  readonly problems: FormProblems
  readonly csrfToken: string
}

/** What stands in the form; secrets never do. */
export interface ChannelTyped {
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
  readonly events: readonly SubscribedEvent[]
  /** One a line. */
  readonly services: string
  readonly environments: string
  readonly leastSeverity: string
  readonly cap: string
  readonly digest: string
  readonly enabled: boolean
}

const DIGEST_CHOICES = [
  { value: '0', text: 'At once' },
  { value: '15', text: 'Together, every 15 minutes' },
  { value: '60', text: 'Together, every hour' },
  { value: '240', text: 'Together, every 4 hours' },
  { value: '1440', text: 'Together, once a day at midnight UTC' },
]

const SEVERITY_CHOICES = [
  { value: 'S1', text: 'S1 only' },
  { value: 'S2', text: 'S1 and S2' },
  { value: 'S3', text: 'S1 to S3' },
  { value: 'S4', text: 'All' },
]

export function ChannelFormPage({ id, kinds, kind, typed, problems, csrfToken }: ChannelFormProps) {
  return (
    <>
      <PageHead title={id === undefined ? 'New channel' : typed.name} sub={`Told through ${kind.label}.`} />
      <FormErrors problems={problems} />
      <Panel id="channel" title={kind.label} pad>
        {id === undefined ? (
          <Tabs
            label="Kinds of channel"
            tabs={kinds.map((one) => ({
              text: one.label,
              href: `/admin/channels/new?kind=${one.kind}`,
              current: one.kind === kind.kind,
            }))}
          />
        ) : null}
        <form
          class={id === undefined ? 'under-tabs' : ''}
          method="post"
          action={id === undefined ? '/admin/channels/new' : channelPath(id)}
          hx-boost="false"
        >
          <CsrfField token={csrfToken} />
          <input type="hidden" name="kind" value={kind.kind} />
          <Field
            name="name"
            label="Name"
            hint="As your team calls it, such as #checkout-alerts."
            value={typed.name}
            problems={problems}
            input={{ maxlength: 80, required: true, autocomplete: 'off' }}
          />
          {kind.fields.map((field) => (
            <Field
              name={field.name}
              label={field.label}
              hint={field.secret && id !== undefined ? `${field.hint} Left empty, it stays as it is.` : field.hint}
              optional={!field.required || (field.secret && id !== undefined)}
              type={field.secret ? 'password' : 'text'}
              {...(field.secret ? {} : { value: typed.fields[field.name] ?? '' })}
              problems={problems}
              input={{
                maxlength: 4000,
                autocomplete: 'off',
                ...(field.required && !(field.secret && id !== undefined) && { required: true }),
              }}
            />
          ))}
          <fieldset class="fld ch-events">
            <legend>Told when</legend>
            {EVENTS.filter((event) => !isEmergencyEvent(event)).map((event) => (
              <EventBox event={event} typed={typed} />
            ))}
          </fieldset>
          <fieldset class="fld ch-events">
            <legend>Emergency releases, always at once</legend>
            {EVENTS.filter(isEmergencyEvent).map((event) => (
              <EventBox event={event} typed={typed} />
            ))}
          </fieldset>
          <div class="f2">
            <TextArea
              name="services"
              label="Services"
              hint="One a line. Empty: all of them."
              optional
              rows={3}
              value={typed.services}
              problems={problems}
            />
            <TextArea
              name="environments"
              label="Environments"
              hint="One a line. Empty: all of them."
              optional
              rows={3}
              value={typed.environments}
              problems={problems}
            />
          </div>
          <div class="f2">
            <Select
              name="leastSeverity"
              label="Defects of severity"
              value={typed.leastSeverity}
              choices={SEVERITY_CHOICES}
              problems={problems}
            />
            <Select name="digest" label="Sent" value={typed.digest} choices={DIGEST_CHOICES} problems={problems} />
          </div>
          <Field
            name="cap"
            label="Messages an hour at most"
            hint="What comes on top is put together and sent when the hour has room again."
            type="number"
            value={typed.cap}
            problems={problems}
            input={{ min: 1, max: 1000, required: true }}
          />
          <div class="fld">
            <label class="check">
              <input type="checkbox" name="enabled" value="1" {...(typed.enabled ? { checked: true } : {})} />
              <span>On</span>
            </label>
          </div>
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Save channel
            </button>
          </div>
        </form>
      </Panel>
      {id === undefined ? null : (
        <Panel id="removal" title="Remove it" pad>
          <p>Nobody is told there any more, and the record of what was told goes with it.</p>
          <div class="form-foot">
            <a class="btn dng-o" href={`${channelPath(id)}/removal`}>
              Remove this channel…
            </a>
          </div>
        </Panel>
      )}
    </>
  )
}

function EventBox({ event, typed }: { event: SubscribedEvent; typed: ChannelTyped }) {
  return (
    <label class="check">
      <input type="checkbox" name="events" value={event} {...(typed.events.includes(event) ? { checked: true } : {})} />
      <span>{EVENT_WORDS[event]}</span>
    </label>
  )
}
