import { type RawBuilder, type SqlBool, sql } from 'kysely'

/**
 * That a column of ids, those of services mostly, holds one of these; undefined: whichever, a row without a service too.
 * One is compared, not looked for in a list: then an index that begins with it is known to be sorted by what follows.
 */
export function isOneOf(column: string, serviceIds: readonly number[] | undefined): RawBuilder<SqlBool> {
  if (serviceIds === undefined) return sql`1 = 1`
  if (serviceIds.length === 0) return sql`1 = 0`
  if (serviceIds.length === 1) return sql`${sql.ref(column)} = ${serviceIds[0]}`
  return sql`${sql.ref(column)} in (${sql.join(serviceIds)})`
}

/** The same of those that name a service; undefined: any. */
export const isNamedOneOf = (column: string, serviceIds: readonly number[] | undefined): RawBuilder<SqlBool> =>
  serviceIds === undefined ? sql`${sql.ref(column)} is not null` : isOneOf(column, serviceIds)
