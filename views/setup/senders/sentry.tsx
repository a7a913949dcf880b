import type { SenderSteps } from '../senders.ts'

export const sentry: SenderSteps = {
  proof: 'Sentry makes the secret, shows it on the page of the integration once that is saved, and signs with it.',
  title: 'Make an internal integration at Sentry',
  Body: ({ address }) => (
    <>
      <p>Organisation settings, Custom Integrations, Create New Integration, Internal Integration.</p>
      <dl class="facts">
        <dt>Webhook URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Alert Rule Action</dt>
        <dd>on, so that alert rules can name it</dd>
        <dt>Permissions</dt>
        <dd>Issue &amp; Event: Read</dd>
        <dt>Webhooks</dt>
        <dd>
          issue; and error, if your plan has it and every occurrence shall count. Without it, let an alert rule “Send a
          notification via” the integration.
        </dd>
      </dl>
    </>
  ),
}
