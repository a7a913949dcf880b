import type { SenderSteps } from '../senders.ts'

export const bitbucket: SenderSteps = {
  proof: 'Bitbucket signs every delivery with the secret.',
  title: 'Add the webhook at Bitbucket',
  Body: ({ address }) => (
    <>
      <p>
        In the repository, workspace or project: Repository settings, Webhooks, Add webhook (in Data Center: Create
        webhook). You need admin rights there.
      </p>
      <dl class="facts">
        <dt>URL</dt>
        <dd>
          <code>{address}</code>
        </dd>
        <dt>Secret</dt>
        <dd>the one from step 1</dd>
        <dt>Triggers in Cloud</dt>
        <dd>Repository: Push, Build status created, Build status updated; Issue: Created, Updated</dd>
        <dt>Events in Data Center</dt>
        <dd>Repository: Push</dd>
      </dl>
      <p class="mt16">
        A build status counts as a deployment when its name says where it deploys, as in “Deploy to production”.
        Bitbucket Pipelines names its own after the branch: let the step that deploys report one, or use curl.
      </p>
    </>
  ),
}
