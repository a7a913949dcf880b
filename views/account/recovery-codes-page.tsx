import { CopyCode, Note, PageHead, Panel } from '../components/page-parts.tsx'

/** The only time they are shown. */
export const RecoveryCodesPage = ({ codes }: { codes: readonly string[] }) => (
  <>
    <PageHead title="Recovery codes" sub={<span>Each signs you in once when you do not have the app at hand.</span>} />
    <div class="stack">
      <Note tone="watch" role="status">
        Keep them where you keep your passwords, or on paper. They cannot be shown again; those you had before no longer
        work.
      </Note>
      <Panel id="codes" title="Your ten codes" pad>
        <CopyCode code={codes.join('\n')} label="Recovery codes" />
        <p class="mt16">
          <a class="btn pri" href="/account/security">
            I have kept them
          </a>
        </p>
      </Panel>
    </div>
  </>
)
