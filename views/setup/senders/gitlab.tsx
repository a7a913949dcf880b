import type { SenderSteps } from '../senders.ts'

export const gitlab: SenderSteps = {
  proof: 'GitLab signs with the secret, or sends it along.',
  title: 'Add the webhook at GitLab',
  Body: ({ address }) => (
    <>
      <p>In the project or group: Settings, Webhooks, Add new webhook. You need to be a maintainer there.</p>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Signing token</dt>
        <dd>the secret from step 1; where GitLab has no such field, enter it as Secret token</dd>
        <dt>Trigger</dt>
        <dd>
          Push events, Tag push events, Issues events, Confidential issues events, Deployment events, Releases events
        </dd>
      </dl>
      <p class="mt16">
        Deployment events come from jobs with an <code>environment:</code>. Tick Pipeline events as well to hear of
        environments that are stopped; nothing is counted twice. Test, Push events sends the first delivery.
      </p>
    </>
  ),
}
