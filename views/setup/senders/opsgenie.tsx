import type { SenderSteps } from '../senders.ts'

export const opsgenie: SenderSteps = {
  proof: 'Opsgenie sends the secret along in a header.',
  title: 'Add a webhook integration at Opsgenie',
  Body: ({ address, secret }) => (
    <>
      <p>Settings, Integrations, Add integration, Webhook.</p>
      <dl class="facts">
        <dt>Webhook URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Custom header</dt>
        <dd>
          <code>Authorization</code> with the value <code>Bearer {secret}</code>
        </dd>
        <dt>Alert actions</dt>
        <dd>
          created, acknowledged, unacknowledged, closed, deleted, priority, message and description updated, tags and
          details added
        </dd>
        <dt>Add alert description, add alert details</dt>
        <dd>on</dd>
      </dl>
      <p>Then turn the integration on.</p>
    </>
  ),
}
