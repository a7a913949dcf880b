import { CsrfField, Field, FormErrors, noProblems } from '../components/form-parts.tsx'
import { CopyCode, PageHead, Panel } from '../components/page-parts.tsx'
import { QrCode } from './qr-code.tsx'

export interface TotpPageProps {
  /** otpauth://… */
  readonly uri: string
  readonly secret: string
  readonly problem?: string | undefined
  readonly csrfToken: string
}

/** Brings the secret into the app, and asks for a first code before it counts. */
export const TotpPage = ({ uri, secret, problem, csrfToken }: TotpPageProps) => (
  <>
    <PageHead title="Set up an authenticator app" sub={<span>It counts once a code of the app was right.</span>} />
    <div class="stack">
      <Panel id="scan" title="1. Scan this with the app" pad>
        <div class="signin-scan">
          <QrCode text={uri} label="QR code with the secret for the app" />
          <div>
            <p class="fs13 mb16">
              Any app for one-time codes will do. Where there is no camera, type this instead: time-based, six digits.
            </p>
            <CopyCode code={secret.replace(/(.{4})(?=.)/g, '$1 ')} label="Secret" />
          </div>
        </div>
      </Panel>
      <Panel id="confirm" title="2. Enter the code it shows" pad>
        <FormErrors problems={{ ...noProblems, form: problem && `Not turned on. ${problem}` }} />
        <form method="post" action="/account/security/totp/confirmation" class="signin-narrow">
          <CsrfField token={csrfToken} />
          <Field
            name="code"
            label="Code"
            input={{ required: true, inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 10 }}
          />
          <div class="row row-w">
            <button type="submit" class="btn pri">
              Turn on
            </button>
            <a class="btn" href="/account/security">
              Cancel
            </a>
          </div>
        </form>
      </Panel>
    </div>
  </>
)
