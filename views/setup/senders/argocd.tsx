import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

/** Once for each installation of Argo CD; the secret goes into argocd-notifications-secret, so it is named here alone. */
export const notifications = (address: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-notifications-cm
  namespace: argocd
data:
  service.webhook.postflight: |
    url: ${address}
    headers:
      - name: Authorization
        value: Bearer $postflight-token
      - name: Content-Type
        value: application/json
  template.postflight: |
    webhook:
      postflight:
        method: POST
        body: |
          {"app": {{toJson .app}}, "context": {{toJson .context}}}
  trigger.on-sync: |
    - when: app.status.operationState != nil and app.status.operationState.phase in ['Running']
      oncePer: app.status.operationState.startedAt
      send: [postflight]
    - when: app.status.operationState != nil and app.status.operationState.phase in ['Failed', 'Error']
      oncePer: app.status.operationState.startedAt
      send: [postflight]
    - when: app.status.operationState != nil and app.status.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy'
      oncePer: app.status.operationState.startedAt
      send: [postflight]
  trigger.on-health-degraded: |
    - when: app.status.health.status == 'Degraded'
      send: [postflight]
  trigger.on-healthy: |
    - when: app.status.health.status == 'Healthy'
      send: [postflight]
  trigger.on-deleted: |
    - when: app.metadata.deletionTimestamp != nil
      send: [postflight]
  subscriptions: |
    - recipients: [postflight]
      triggers: [on-sync, on-health-degraded, on-healthy, on-deleted]`

const secret = `kubectl -n argocd patch secret argocd-notifications-secret --type merge \\
  -p '{"stringData":{"postflight-token":"THE-SECRET-FROM-STEP-1"}}'`

export const argocd: SenderSteps = {
  proof: 'Argo CD sends the secret along as a bearer token.',
  title: 'Let Argo CD send notifications',
  Body: ({ address }) => (
    <>
      <p>Put the secret where its notifications controller reads secrets:</p>
      <CopyCode code={secret} label="Token for Argo CD" />
      <p class="mt16">
        And add this to its configuration. It is for all applications; take <code>subscriptions</code> out and annotate
        those that count if not all of them should.
      </p>
      <CopyCode code={notifications(address)} label="Notifications of Argo CD" />
      <p class="mt16">
        Label applications with <code>env: production</code>, or the namespace they deploy to is their environment. Argo
        Rollouts tells of canaries at the same address; docs/sources/argocd.md has its templates.
      </p>
    </>
  ),
}
