import type { SenderSteps } from '../senders.ts'

export const azureDevOps: SenderSteps = {
  proof: 'Azure DevOps sends the secret as a password.',
  title: 'Add service hooks at Azure DevOps',
  Body: ({ address }) => (
    <>
      <p>
        In the project: Project settings, Service hooks, Create subscription, Web Hooks. One subscription for each of
        these triggers, all with the same settings. You need to be a project administrator.
      </p>
      <dl class="facts">
        <dt>Triggers</dt>
        <dd>
          Run stage state changed; Release deployment started and Release deployment completed, if you use classic
          releases; Build completed; Code pushed; Work item created and Work item updated
        </dd>
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Basic authentication</dt>
        <dd>
          user <code>postflight</code>, with the password from step 1
        </dd>
        <dt>Resource details to send</dt>
        <dd>All</dd>
      </dl>
      <p class="mt16">
        A stage counts when its name is that of an environment or says it deploys to one, as in “Production” or “Deploy
        to staging”. The Test button sends an example of Azure’s own, about Fabrikam.
      </p>
    </>
  ),
}
