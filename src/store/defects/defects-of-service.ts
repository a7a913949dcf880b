import type { ExpressionBuilder } from 'kysely'
import type { Database } from '../schema.ts'

/** Narrows to the defects of one service, or to those that name none when it is undefined. */
export const ofService = (serviceId: number | undefined) => (eb: ExpressionBuilder<Database, 'defects'>) =>
  serviceId === undefined ? eb('defects.service_id', 'is', null) : eb('defects.service_id', '=', serviceId)
