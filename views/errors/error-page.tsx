import { Icon } from '../components/icon.tsx'

export interface ErrorProps {
  readonly status: number
  readonly detail: string
  readonly requestId: string | undefined
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'This request cannot be used',
  401: 'Please sign in',
  403: 'This is not yours to do',
  404: 'Page not found',
  405: 'Not possible here',
  413: 'Too large',
  503: 'Busy right now',
}

export const errorTitle = (status: number): string => TITLES[status] ?? 'Something went wrong'

/** The content of a page that could not be shown. */
export const ErrorMessage = ({ status, detail, requestId, version }: ErrorProps & { readonly version: string }) => (
  <div class="panel">
    <h1>{errorTitle(status)}</h1>
    <p>{detail}</p>
    <p class="mt12">
      <a href="/">Back to the overview</a>
    </p>
    {requestId && status < 500 ? (
      <p class="mt12 t3 fs13">
        Request <code>{requestId}</code>
      </p>
    ) : null}
    {requestId && status >= 500 ? (
      <>
        <p class="mt12 t3 fs13" id="for-support">
          Postflight {version}, error {status}, request <code>{requestId}</code>
        </p>
        <button type="button" class="btn sm mt12 needs-js" data-copy="#for-support">
          <Icon name="copy" small />
          <span>Copy for support</span>
        </button>
      </>
    ) : null}
  </div>
)

/** The same for a part of a page that asked for itself. */
export const ErrorNote = ({ status, detail, requestId }: ErrorProps) => (
  <p class="note" role="alert">
    <strong>{errorTitle(status)}.</strong> {detail}
    {requestId ? (
      <span class="t3">
        {' '}
        Request <code>{requestId}</code>
      </span>
    ) : null}
  </p>
)
