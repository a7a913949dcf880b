import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

export const payload = `{
  "id": "$ID", "alert_id": "$ALERT_ID", "alert_cycle_key": "$ALERT_CYCLE_KEY", "aggreg_key": "$AGGREG_KEY",
  "alert_transition": "$ALERT_TRANSITION", "alert_type": "$ALERT_TYPE", "alert_priority": "$ALERT_PRIORITY",
  "alert_scope": "$ALERT_SCOPE", "event_type": "$EVENT_TYPE", "title": "$EVENT_TITLE", "body": "$TEXT_ONLY_MSG",
  "date": "$DATE", "link": "$LINK", "tags": "$TAGS", "hostname": "$HOSTNAME"
}`

const headers = '{"Authorization": "Bearer THE-SECRET-FROM-STEP-1"}'

export const datadog: SenderSteps = {
  proof: 'Datadog sends the secret along in a header.',
  title: 'Add the webhook at Datadog',
  Body: ({ address }) => (
    <>
      <p>
        In Integrations, Webhooks: New. Call it <code>postflight</code> and put <code>@webhook-postflight</code> into
        the message of each monitor that counts.
      </p>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Custom headers</dt>
        <dd>on, with the first text below</dd>
        <dt>Payload</dt>
        <dd>the second text below</dd>
        <dt>Encode as form</dt>
        <dd>off</dd>
      </dl>
      <CopyCode code={headers} label="Custom headers" />
      <CopyCode code={payload} label="Payload" />
      <p class="mt16">
        Service, environment and version come from the tags <code>service</code>, <code>env</code> and{' '}
        <code>version</code>. What you send to Datadog’s DORA API you can send to this address as well.
      </p>
    </>
  ),
}
