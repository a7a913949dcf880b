import { CopyCode } from '../../components/page-parts.tsx'
import { Step } from '../step.tsx'
import type { SenderProps } from './sender.ts'

export function AlertmanagerSteps({ address, secret, hasSource, forms }: SenderProps) {
  return (
    <>
      <Step n={1} title="Make a source" done={hasSource}>
        <p>It has an address and a secret of its own, sent along as a bearer token.</p>
        {forms}
      </Step>
      <Step n={2} title="Add a receiver to alertmanager.yml">
        <p>
          The route goes first under the main one; <code>continue</code> leaves all other receivers as they are. Reload
          Alertmanager afterwards.
        </p>
        <CopyCode code={receiver(address, secret)} label="Alertmanager receiver" />
        <p class="mt16">
          Alerts say where they belong with labels: <code>service</code>, <code>env</code>, <code>version</code>,{' '}
          <code>severity</code>.
        </p>
      </Step>
    </>
  )
}

const receiver = (address: string, secret: string): string => `route:
  routes:
    - receiver: postflight
      continue: true

receivers:
  - name: postflight
    webhook_configs:
      - url: ${address}
        send_resolved: true
        http_config:
          authorization:
            credentials: ${secret}`
