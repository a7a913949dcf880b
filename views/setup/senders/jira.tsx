import { Step } from '../step.tsx'
import type { SenderProps } from './sender.ts'

export function JiraSteps({ address, secret, hasSource, forms }: SenderProps) {
  return (
    <>
      <Step n={1} title="Make a source" done={hasSource}>
        <p>It has an address and a secret of its own. Jira Cloud signs every delivery with the secret.</p>
        {forms}
      </Step>
      <Step n={2} title="Add a webhook at Jira">
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
      </Step>
    </>
  )
}
