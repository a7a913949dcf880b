import type { SenderSteps } from '../senders.ts'

export const pagerduty: SenderSteps = {
  proof:
    'PagerDuty makes the secret, shows it once, when the webhook is added, and signs with it. “Send Test Event” then appears here as ignored: address and secret are right.',
  title: 'Add a webhook subscription at PagerDuty',
  Body: ({ address }) => (
    <>
      <p>Integrations, Generic Webhooks (v3), New Webhook.</p>
      <dl class="facts">
        <dt>Webhook URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Scope type</dt>
        <dd>the account, a team or a service</dd>
        <dt>Event subscription</dt>
        <dd>
          incident.triggered, incident.acknowledged, incident.unacknowledged, incident.resolved, incident.reopened,
          incident.priority_updated, incident.service_updated, incident.custom_field_values.updated
        </dd>
      </dl>
    </>
  ),
}
