import { CopyCode, Note, PageHead } from '../components/page-parts.tsx'

/** The one place where a key that was made is ever shown. */
export function ChannelKeyPage({ name, signingKey }: { name: string; signingKey: string }) {
  return (
    <>
      <PageHead title={name} sub="The channel is saved." />
      <Note tone="ok" role="status">
        This signing key is shown this once; give it to the receiver.
        <CopyCode code={signingKey} label="Signing key" />
      </Note>
      <p>
        <a href="/admin/channels">To the channels</a>
      </p>
    </>
  )
}
