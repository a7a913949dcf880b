import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Empty, Panel, TableBox } from '../components/page-parts.tsx'
import { Age, Day } from '../components/time.tsx'

export interface PasskeyRow {
  readonly id: number
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

interface PasskeysPanelProps {
  readonly passkeys: readonly PasskeyRow[] | undefined
  /** Why one was not removed. */
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

export function PasskeysPanel({ passkeys, problems, csrfToken, now }: PasskeysPanelProps) {
  if (!passkeys)
    return (
      <Panel id="passkeys" title="Passkeys" pad>
        <p>Passkeys need a server that is reached by https under a host name.</p>
      </Panel>
    )
  return (
    <Panel
      id="passkeys"
      title="Passkeys"
      hint="Sign you in with a finger, a face or a PIN, without the password"
      foot={<AddPasskey csrfToken={csrfToken} />}
    >
      <FormErrors problems={problems} />
      {passkeys.length === 0 ? (
        <Empty icon="key">No passkeys yet. They stay on your device or in your password manager.</Empty>
      ) : (
        <PasskeyTable {...{ passkeys, csrfToken, now }} />
      )}
    </Panel>
  )
}

const PasskeyTable = ({
  passkeys,
  csrfToken,
  now,
}: Omit<PasskeysPanelProps, 'problems'> & { passkeys: readonly PasskeyRow[] }) => (
  <TableBox label="Passkeys">
    <table class="t">
      <caption class="vh">Passkeys, in the order they were added</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Added</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span class="vh">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
          <tr>
            <td class="ttl m-full">{name}</td>
            <td class="m-2">
              <span class="m-only t3 fs12">Added</span>
              <Day at={createdAt} now={now} />
            </td>
            <td class="m-2">
              <span class="m-only t3 fs12">Last used</span>
              {lastUsedAt === null ? <span class="t3">never</span> : <Age at={lastUsedAt} now={now} />}
            </td>
            <td class="m-2">
              <form method="post" action="/account/security/passkeys/removal" hx-boost="false">
                <CsrfField token={csrfToken} />
                <input type="hidden" name="id" value={String(id)} />
                <button type="submit" class="btn sm">
                  Remove<span class="vh"> {name}</span>
                </button>
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)

/** A script shows the form where the browser can. */
const AddPasskey = ({ csrfToken }: { csrfToken: string }) => (
  <>
    <form class="signin-add" data-passkey="add" hx-boost="false" hidden>
      <CsrfField token={csrfToken} />
      <Field
        name="name"
        label="Name of a new one"
        hint="Where it is kept, such as “laptop” or “blue key”."
        input={{ maxlength: 60, autocomplete: 'off', required: true }}
      />
      <button type="submit" class="btn">
        Add passkey
      </button>
      <p class="err" role="alert" data-passkey-said hidden />
    </form>
    <noscript>Adding one needs JavaScript.</noscript>
  </>
)
