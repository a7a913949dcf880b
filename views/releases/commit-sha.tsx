import { shortSha } from '../format.ts'
import { safeExternalUrl } from '../paths.ts'

/** A commit by the beginning of its name, with the way to it where that is known. */
export function CommitSha({ sha, repositoryUrl }: { sha: string; repositoryUrl: string | undefined }) {
  const repository = safeExternalUrl(repositoryUrl)
  const text = shortSha(sha)
  return repository && /^https:\/\/github\.com\//.test(repository) ? (
    <a
      class="mono"
      href={`${repository.replace(/\/$/, '')}/commit/${encodeURIComponent(sha)}`}
      title={sha}
      rel="noreferrer"
    >
      {text}
    </a>
  ) : (
    <code title={sha}>{text}</code>
  )
}
