import type { SenderSteps } from '../senders.ts'

export const jira: SenderSteps = {
  proof: 'Jira Cloud signs with the secret; Data Center has it in the address.',
  title: 'Add a webhook at Jira',
  Body: ({ address, secret }) => (
    <>
      <p>Settings, System, WebHooks, Create a WebHook. You need to administer Jira.</p>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>; on Data Center, where there is no secret to enter,{' '}
          <code>
            {address}/{secret}
          </code>
        </dd>
        <dt>Secret</dt>
        <dd>
          <code>{secret}</code>
        </dd>
        <dt>Issue related events</dt>
        <dd>
          JQL <code>issuetype in (Bug, Incident)</code>; Issue: created, updated, deleted
        </dd>
        <dt>Exclude body</dt>
        <dd>No</dd>
      </dl>
    </>
  ),
}
