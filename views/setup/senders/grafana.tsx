import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

export const grafana: SenderSteps = {
  proof: 'Grafana sends the secret along as a bearer token.',
  title: 'Add a contact point at Grafana',
  Body: ({ address, secret }) => (
    <>
      <p>Alerting, Contact points, Create contact point, Integration: Webhook.</p>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Authorization Header</dt>
        <dd>
          under Optional Webhook settings: Scheme <code>Bearer</code>, Credentials <code>{secret}</code>
        </dd>
        <dt>Disable resolved message</dt>
        <dd>off</dd>
      </dl>
      <p>
        “Test” appears here as ignored: address and secret are right. Then name the contact point in a notification
        policy. Or provision it:
      </p>
      <CopyCode code={contactPoint(address, secret)} label="Grafana contact point" />
      <p class="mt16">
        Alerts say where they belong with labels: <code>service</code>, <code>env</code>, <code>version</code>,{' '}
        <code>severity</code>.
      </p>
    </>
  ),
}

const contactPoint = (address: string, secret: string): string => `apiVersion: 1
contactPoints:
  - orgId: 1
    name: postflight
    receivers:
      - uid: postflight
        type: webhook
        settings:
          url: ${address}
          authorization_scheme: Bearer
          authorization_credentials: ${secret}`
