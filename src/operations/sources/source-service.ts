import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { findSource } from '../../sources/index.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  deleteServiceRule,
  insertServiceRule,
  listServiceRules,
  raiseRevision,
  type StoredRule,
} from '../../store/sources/service-rules.ts'
import { findSourceBySlug, type SourceRow } from '../../store/sources/sources.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { SourceRefused, usableService } from './sources-admin.ts'

type Named = Pick<SourceRow, 'id' | 'slug' | 'service'>

/** The service that a source reports for whose sender does not say: an application with an SDK of Sentry's. */
export const serviceOf = async (db: Db, source: Named): Promise<string> =>
  (await ruleOf(db, source))?.service ?? ownName(source)

/**
 * Sets the service that such a source reports for, with its entry in the audit log. The name it was made with stays what its
 * reports are recognised by: the change is a rule for that name, and holds as other rules do for all that is read from now on.
 *
 * @param service undefined: the name it was made with
 * @throws SourceRefused when there is no such source, its sender says itself, or it is no name of a service
 */
export async function setSourceService(
  store: Store,
  slug: string,
  service: string | undefined,
  { now, by = THE_SYSTEM }: Asked,
): Promise<void> {
  await store.transaction(async (trx) => {
    const source = await findSourceBySlug(trx, slug)
    const kind = source && findSource(source.kind)
    if (!kind) throw new SourceRefused(`There is no source “${slug}”.`)
    const field = 'service'
    const pattern = ownName(source)
    const to = usableService(service ?? pattern, kind) as string
    const rule = await ruleOf(trx, source)
    const from = rule?.service ?? pattern
    if (to === from) return
    if (rule) await deleteServiceRule(trx, source.id, rule.id)
    if (to !== pattern)
      await insertServiceRule(trx, { sourceId: source.id, field, pattern, service: to, createdAt: now })
    await raiseRevision(trx, source.id)
    const subject = { kind: 'source', id: slug, name: source.name }
    await recordAudit(
      trx,
      { actor: asActor(by), action: 'source.changed', subject, change: { service: { from, to } } },
      now,
    )
  })
}

const ownName = ({ service, slug }: Named): string => service ?? slug

async function ruleOf(db: Db, source: Named): Promise<StoredRule | undefined> {
  const pattern = ownName(source).toLowerCase()
  const rules = await listServiceRules(db, source.id)
  return rules.find((rule) => !rule.isGeneral && rule.field === 'service' && rule.pattern.toLowerCase() === pattern)
}
