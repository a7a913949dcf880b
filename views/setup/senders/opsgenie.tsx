import { Step } from '../step.tsx'
import type { SenderProps } from './sender.ts'

export function OpsgenieSteps({ address, secret, hasSource, forms }: SenderProps) {
  return (
    <>
      <Step n={1} title="Make a source" done={hasSource}>
        <p>It has an address and a secret of its own, sent along in a header.</p>
        {forms}
      </Step>
      <Step n={2} title="Add a webhook integration at Opsgenie">
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
      </Step>
    </>
  )
}
