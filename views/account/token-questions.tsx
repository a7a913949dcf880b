import type { Question } from '../components/confirm-page.tsx'
import { Age, Day, Time } from '../components/time.tsx'
import { type TokenRow, tokenServices } from './tokens-page.tsx'

type Asked = Omit<TokenRow, 'state'>

const TOKENS = '/account/tokens'

/** Whether a token is to be refused from now on. */
export const revokeTokenQuestion = (token: Asked, now: number): Question => ({
  title: `Revoke ‘${token.name}’?`,
  facts: factsOf(token, now),
  happens: 'Whatever still sends with this token is refused within five seconds. It cannot be put in force again.',
  stays:
    token.successorId === null
      ? 'What was reported with it stays. Replacing it instead leaves time to put the new one in its place.'
      : 'What was reported with it stays, and the token that replaced it goes on working.',
  verb: 'Revoke',
  button: `Revoke ‘${token.name}’`,
  back: TOKENS,
})

/** Whether a token is to end in the moment in which it is replaced. */
export const replaceNowQuestion = (token: Asked, now: number): Question => ({
  title: `Replace ‘${token.name}’ and end it now?`,
  facts: factsOf(token, now),
  happens:
    'A new token is made and shown once. This one ends at once: whatever sends with it is refused until it has the new one.',
  stays: 'Name, scopes, services and length of life stay the same. With an overlap both work for a while.',
  verb: 'Replace',
  button: `Replace ‘${token.name}’ now`,
  fields: [['overlap', '0']],
  back: TOKENS,
})

const factsOf = (token: Asked, now: number): Question['facts'] => [
  ['Begins with', <code>{token.prefix}…</code>],
  ['May', `${token.scopes.join(', ')}${tokenServices(token)}`],
  ['Last used', token.lastUsedAt === null ? 'never' : <Age at={token.lastUsedAt} now={now} />],
  [
    'Made',
    <>
      <Time at={token.createdAt} now={now} /> by {token.madeBy ?? 'nobody who is known any more'}
    </>,
  ],
  ['Ends by itself', token.expiresAt === null ? 'never' : <Day at={token.expiresAt} now={now} />],
]
