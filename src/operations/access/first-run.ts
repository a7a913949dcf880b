import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { hasApiTokens } from '../../store/access/api-tokens.ts'
import { deleteSetupLink, findSetupLink, replaceSetupLink, takeSetupLink } from '../../store/access/setup-links.ts'
import { hasUsers, insertUser } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import { TurnstileFull } from '../intake/turnstile.ts'
import { createApiToken } from './api-tokens.ts'
import { normalPerson, type Person, type PersonProblem, personProblems } from './create-user.ts'
import { hashPassword } from './passwords.ts'
import { hashSecretToken, makeSecretToken, sameSecret } from './secret-token.ts'
import { beginSession, type Visitor } from './sessions.ts'

export const SETUP_LINK_LASTS_MS = 60 * 60_000

type Place = Pick<Config, 'dataDir' | 'publicUrl'>

/** What the server prints at its start, once; neither secret can be shown again. */
export interface FirstRun {
  readonly setupLink: string
  readonly setupLinkExpiresAt: number
  /** Holds the link as well, for its owner alone. */
  readonly setupLinkFile: string
  /** May report deployments and defects. Absent when there was an API token already. */
  readonly ingestToken?: string | undefined
}

/**
 * Makes the one-time link with which the first admin is created, as long as there is no user; an earlier link ends.
 * @returns undefined when there are users
 */
export async function prepareFirstRun(store: Store, config: Place, clock: () => number): Promise<FirstRun | undefined> {
  const now = clock()
  if (await hasUsers(store.db)) {
    await deleteSetupLink(store.db)
    removeLinkFile(config)
    return undefined
  }
  const token = makeSecretToken()
  const setupLink = `${config.publicUrl}/setup-account?token=${token}`
  await replaceSetupLink(store.db, hashSecretToken(token), now + SETUP_LINK_LASTS_MS)
  const setupLinkFile = writeLinkFile(config, setupLink)
  const ingestToken = (await hasApiTokens(store.db)) ? undefined : await createIngestToken(store, now)
  return { setupLink, setupLinkExpiresAt: now + SETUP_LINK_LASTS_MS, setupLinkFile, ingestToken }
}

const createIngestToken = async (store: Store, now: number): Promise<string> =>
  (await createApiToken(store, { name: 'first ingest token', scopes: ['deployments:write', 'defects:write'] }, now))
    .token

/** Whether this is the token of the link in force. Unknown, expired and used ones are alike. */
export async function isSetupToken(db: Db, token: string, now: number): Promise<boolean> {
  const link = await findSetupLink(db)
  const right = sameSecret(hashSecretToken(token), link?.tokenHash ?? '')
  return right && link !== undefined && now < link.expiresAt && !(await hasUsers(db))
}

export type FirstAdmin =
  | { readonly kind: 'created'; readonly sessionId: string; readonly userId: number }
  | { readonly kind: 'refused'; readonly problems: readonly PersonProblem[] }
  | { readonly kind: 'link-not-valid' }
  | { readonly kind: 'busy' }

/** Creates the first admin, signed in. Of several who use the link at the same time, exactly one succeeds. */
export async function createFirstAdmin(
  store: Store,
  config: Place,
  token: string,
  person: Person,
  visitor: Visitor,
  now: number,
): Promise<FirstAdmin> {
  // Asked twice: here so that a stranger cannot make us hash, and below because only the deletion decides.
  if (!(await isSetupToken(store.db, token, now))) return { kind: 'link-not-valid' }
  const problems = personProblems(person)
  if (problems.length > 0) return { kind: 'refused', problems }
  let passwordHash: string
  try {
    passwordHash = await hashPassword(person.password)
  } catch (error) {
    if (error instanceof TurnstileFull) return { kind: 'busy' }
    throw error
  }
  const admin = await store.transaction(async (trx) => {
    if (!(await takeSetupLink(trx, hashSecretToken(token))) || (await hasUsers(trx))) return undefined
    const userId = await insertUser(trx, { ...normalPerson(person), role: 'admin', passwordHash, createdAt: now })
    return { userId, sessionId: await beginSession(trx, userId, visitor, now) }
  })
  if (!admin) return { kind: 'link-not-valid' }
  removeLinkFile(config)
  return { kind: 'created', ...admin }
}

const linkFile = (config: Place): string => join(config.dataDir, 'setup-link')

function writeLinkFile(config: Place, setupLink: string): string {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  // Removed first: writing over a file keeps the mode it had.
  removeLinkFile(config)
  writeFileSync(linkFile(config), `${setupLink}\n`, { mode: 0o600, flag: 'wx' })
  return linkFile(config)
}

const removeLinkFile = (config: Place): void => rmSync(linkFile(config), { force: true })
