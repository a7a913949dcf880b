import type { TotpState } from '../../src/core/access/second-factor.ts'
import { CsrfField, type FormProblems } from '../components/form-parts.tsx'
import { Facts, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { Day } from '../components/time.tsx'
import { IdentitiesPanel, type IdentitiesPanelProps } from './identities-panel.tsx'
import { type PasskeyRow, PasskeysPanel } from './passkeys-panel.tsx'

export interface SecurityPageProps {
  readonly totp: TotpState
  /** Undefined where this server cannot have any. */
  readonly passkeys: readonly PasskeyRow[] | undefined
  /** Why one was not removed. */
  readonly passkeyProblems: FormProblems
  readonly identities: IdentitiesPanelProps
  /** Their role opens nothing else until they have more than a password. */
  readonly required: boolean
  /** Whether they signed in recently enough to change any of it. */
  readonly recent: boolean
  readonly csrfToken: string
  readonly now: number
}

/** How somebody signs in besides their password. */
export const SecurityPage = ({
  totp,
  passkeys,
  passkeyProblems,
  identities,
  required,
  recent,
  csrfToken,
  now,
}: SecurityPageProps) => (
  <>
    <PageHead title="Sign-in" sub={<span>What you show besides your password.</span>} />
    <div class="stack">
      {required ? (
        <Note tone="watch" role="status">
          Your role asks for more than a password. Set up an authenticator app to go on, or sign in with a passkey.
        </Note>
      ) : null}
      {recent ? null : (
        <Note>
          To change any of this, <a href="/login?again=1&next=/account/security">sign in again</a>: your last sign-in is
          more than ten minutes ago.
        </Note>
      )}
      <TotpPanel {...{ totp, csrfToken, now }} />
      <PasskeysPanel {...{ passkeys, problems: passkeyProblems, csrfToken, now }} />
      <IdentitiesPanel {...identities} />
    </div>
  </>
)

function TotpPanel({ totp, csrfToken, now }: Pick<SecurityPageProps, 'totp' | 'csrfToken' | 'now'>) {
  return (
    <Panel id="totp" title="Authenticator app" hint="Six digits that change every 30 seconds" pad>
      {totp.kind === 'on' ? (
        <>
          <Facts
            facts={[
              [
                'State',
                <>
                  On since <Day at={totp.since} now={now} />
                </>,
              ],
              ['Recovery codes', `${totp.recoveryCodesLeft} of 10 unused`],
            ]}
          />
          <div class="row row-w mt16">
            <Change action="/account/security/recovery-codes" text="Make new recovery codes" csrfToken={csrfToken} />
            <Change action="/account/security/totp/removal" text="Turn off" danger csrfToken={csrfToken} />
          </div>
        </>
      ) : (
        <>
          <p class="mb16">
            Off: your password alone signs you in. With an app on your phone, a password that somebody else learns is
            not enough.
          </p>
          <Change
            action="/account/security/totp"
            text={totp.kind === 'off' ? 'Set up' : 'Set up anew'}
            csrfToken={csrfToken}
          />
        </>
      )}
    </Panel>
  )
}

interface ChangeProps {
  readonly action: string
  readonly text: string
  readonly danger?: boolean
  readonly csrfToken: string
}

const Change = ({ action, text, danger = false, csrfToken }: ChangeProps) => (
  <form method="post" action={action}>
    <CsrfField token={csrfToken} />
    <button type="submit" class={danger ? 'btn dng-o' : 'btn'}>
      {text}
    </button>
  </form>
)
