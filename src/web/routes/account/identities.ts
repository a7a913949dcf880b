import type { Config } from '../../../config.ts'
import type { OpenWays } from '../../../core/access/ways-in.ts'
import { identityHandle } from '../../../operations/access/outside-identities.ts'
import { relyingParty } from '../../../operations/access/passkeys.ts'
import { listIdentities } from '../../../store/access/outside-identities.ts'
import type { Db } from '../../../store/database.ts'
import { PROXY_ISSUER } from '../../middleware/proxy-person.ts'

/** What lets people in here. */
export const openWays = (config: Config): OpenWays => ({
  passwords: config.signIn.passwords,
  passkeys: relyingParty(config) !== undefined,
  issuers: [...(config.signIn.oidc ? [config.signIn.oidc.issuer] : []), ...(config.signIn.proxy ? [PROXY_ISSUER] : [])],
})

/** As pages show them. */
export const identitiesOf = async (db: Db, userId: number) =>
  (await listIdentities(db, userId)).map((identity) => ({ ...identity, handle: identityHandle(identity) }))
