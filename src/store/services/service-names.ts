import { type SqlBool, sql } from 'kysely'

/** Part of a name, upper or lower case alike. */
export const namedLike = (column: string, text: string) =>
  sql<SqlBool>`lower(${sql.ref(column)}) like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`

/** Of `services as s`. */
export const serviceNamedLike = (text: string) => namedLike('s.name', text)
