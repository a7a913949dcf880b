import type { SenderSteps } from '../senders.ts'

export const generic: SenderSteps = {
  proof: 'The sender sends the secret along: as a bearer token, as a password, or in the address.',
  title: 'Point the sender at it',
  Body: ({ address, secret }) => (
    <>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Header</dt>
        <dd>
          <code>Authorization: Bearer {secret}</code>, or user <code>postflight</code> with the secret as password
        </dd>
        <dt>Without either</dt>
        <dd>
          <code>
            {address}/{secret}
          </code>
        </dd>
        <dt>Content type</dt>
        <dd>
          <code>application/json</code>
        </dd>
      </dl>
      <p class="mt16">
        Send something once. It is kept as unreadable until you say what its fields mean: under Set up, Sources, the
        name of the source, or the link beside it in step 1.
      </p>
    </>
  ),
}
