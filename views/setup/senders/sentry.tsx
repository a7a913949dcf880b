import { Step } from '../step.tsx'
import type { SenderProps } from './sender.ts'

export function SentrySteps({ address, hasSource, forms }: SenderProps) {
  return (
    <>
      <Step n={1} title="Make an internal integration at Sentry">
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
            issue; and error, if your plan has it and every occurrence shall count. Without it, let an alert rule “Send
            a notification via” the integration.
          </dd>
        </dl>
      </Step>
      <Step n={2} title="Make a source with its secret" done={hasSource}>
        <p>Sentry makes the secret and signs every delivery with it. It stands on the integration’s page once saved.</p>
        {forms}
      </Step>
    </>
  )
}
