import { type SqlBool, sql } from 'kysely'

/** Of `services as s`: part of its name, upper or lower case alike. */
export const serviceNamedLike = (text: string) =>
  sql<SqlBool>`lower(s.name) like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`
