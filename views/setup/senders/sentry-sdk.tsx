import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

export const sentrySdk: SenderSteps = {
  proof: 'Together they are the DSN, from which an SDK makes both. It reports for one service.',
  title: 'Give the DSN to the SDK',
  Body: ({ publicUrl, secret }) => (
    <>
      <p>In the environment of the application, or where it starts; any of Sentry’s SDKs will do, in any language:</p>
      <CopyCode code={`export SENTRY_DSN=${secret}`} label="DSN variable" />
      <CopyCode code={INIT} label="SDK in Node" />
      <p class="mt16">
        The release is the version that your deployments are reported with; a package and <code>@</code> before it are
        left out. Each service has a source of its own. What reports, a browser perhaps, must reach{' '}
        <code>{`${publicUrl}/`}</code>.
      </p>
      <p>
        A pipeline that calls sentry-cli reports its releases and deploys with an API token of the scope
        deployments:write:
      </p>
      <CopyCode code={`export SENTRY_URL=${publicUrl}/`} label="sentry-cli variable" />
    </>
  ),
}

const INIT = `Sentry.init({
  dsn: process.env.SENTRY_DSN,
  release: 'checkout-api@1.0.0',
  environment: 'production',
})`
