import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

export const alertmanager: SenderSteps = {
  proof: 'Alertmanager sends the secret along as a bearer token.',
  title: 'Add a receiver to alertmanager.yml',
  Body: ({ address, secret }) => (
    <>
      <p>
        The route goes first under the main one; <code>continue</code> leaves all other receivers as they are. Reload
        Alertmanager afterwards.
      </p>
      <CopyCode code={receiver(address, secret)} label="Alertmanager receiver" />
      <p class="mt16">
        Alerts say where they belong with labels: <code>service</code>, <code>env</code>, <code>version</code>,{' '}
        <code>severity</code>.
      </p>
    </>
  ),
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
