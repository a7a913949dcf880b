import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { CopyCode, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { Time } from '../components/time.tsx'
import { AccessFields } from './access-fields.tsx'

export interface InviteValues {
  readonly email: string
  readonly name: string
  readonly role: string
  /** Names, separated by commas; '': all. */
  readonly services: string
}

export interface InvitePageProps {
  readonly values: InviteValues
  readonly services: readonly string[]
  readonly problems: FormProblems
  readonly csrfToken: string
}

export const InvitePage = ({ values, services, problems, csrfToken }: InvitePageProps) => (
  <>
    <PageHead title="Invite somebody" sub={<span>They get a link with which they choose their password.</span>} />
    <Panel id="invite" title="Who" pad>
      <FormErrors problems={problems} />
      <form method="post" action="/admin/users/new" hx-boost="false">
        <CsrfField token={csrfToken} />
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={values.email}
          problems={problems}
          input={{ required: true, maxlength: 254, autocomplete: 'off' }}
        />
        <Field
          name="name"
          label="Name"
          optional
          hint="They can choose another."
          value={values.name}
          problems={problems}
          input={{ maxlength: 100, autocomplete: 'off' }}
        />
        <AccessFields role={values.role} limit={values.services} services={services} problems={problems} />
        <div class="form-foot">
          <button type="submit" class="btn pri">
            Make invitation link
          </button>
        </div>
      </form>
    </Panel>
  </>
)

interface LinkMadePageProps {
  readonly title: string
  /** What it is for. */
  readonly sentence: string
  readonly link: string
  /** Who is sent it by mail as well. */
  readonly mailedTo?: string | undefined
  readonly expiresAt: number
  readonly back: string
  readonly now: number
}

/** Shows a link, once. */
export const LinkMadePage = ({ title, sentence, link, mailedTo, expiresAt, back, now }: LinkMadePageProps) => (
  <>
    <PageHead title={title} />
    <Panel id="link" title="Link" hint="Copy it now. It cannot be shown again." pad>
      <p>
        {sentence} It works once, until <Time at={expiresAt} now={now} />. Whoever has it can use it: send it to nobody
        else.
      </p>
      <CopyCode code={link} label="Link" />
      {mailedTo === undefined ? null : (
        <Note tone="ok">
          A mail with this link is on its way to {mailedTo}. What became of it stands beside the invitation. Hand the
          link over yourself if it does not arrive.
        </Note>
      )}
      <p>
        <a href={back}>Done</a>
      </p>
    </Panel>
  </>
)
