import { BASIC_USER } from '../../sources/proof/signature.ts'
import type { SecretKind } from '../../sources/source.ts'

/** One thing to enter at the sender. */
export interface SenderSetting {
  readonly label: 'URL' | 'Secret' | 'User' | 'Password' | 'DSN'
  readonly value: string
}

/** A source as senders reach it. */
export interface SourcePlace {
  readonly publicUrl: string
  readonly slug: string
  /** Its project number, where senders know it by a DSN. */
  readonly id: number
}

/** What to enter at a sender, in the order in which forms ask for it; the URL first. */
export function senderSettings(
  kind: SecretKind | undefined,
  { publicUrl, slug, id }: SourcePlace,
  secret: string,
): readonly SenderSetting[] {
  const address = `${publicUrl}/hooks/${slug}`
  switch (kind) {
    case 'path-token':
      return [{ label: 'URL', value: `${address}/${secret}` }]
    case 'basic':
      return [
        { label: 'URL', value: address },
        { label: 'User', value: BASIC_USER },
        { label: 'Password', value: secret },
      ]
    case 'dsn-key':
      return [{ label: 'DSN', value: `${publicUrl.replace('://', `://${secret}@`)}/${id}` }]
    default:
      return [
        { label: 'URL', value: address },
        { label: 'Secret', value: secret },
      ]
  }
}
