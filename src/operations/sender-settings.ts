import { BASIC_USER } from '../sources/signature.ts'
import type { SecretKind } from '../sources/source.ts'

/** One thing to enter at the sender. */
export interface SenderSetting {
  readonly label: 'URL' | 'Secret' | 'User' | 'Password'
  readonly value: string
}

/** What to enter at a sender, in the order in which forms ask for it; the URL first. */
export function senderSettings(
  kind: SecretKind | undefined,
  address: string,
  secret: string,
): readonly SenderSetting[] {
  switch (kind) {
    case 'path-token':
      return [{ label: 'URL', value: `${address}/${secret}` }]
    case 'basic':
      return [
        { label: 'URL', value: address },
        { label: 'User', value: BASIC_USER },
        { label: 'Password', value: secret },
      ]
    default:
      return [
        { label: 'URL', value: address },
        { label: 'Secret', value: secret },
      ]
  }
}
