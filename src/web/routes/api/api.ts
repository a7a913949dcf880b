import { openApiDocument } from '../../api/openapi.ts'
import type { Deps } from '../../deps.ts'
import type { Routes } from '../../routes.ts'
import { registerDefectChangeRoutes } from './api-defect-changes.ts'
import { registerDefectIdentityApiRoutes } from './api-defect-identity.ts'
import { registerDefectReadRoutes } from './api-defects.ts'
import { registerDeliveryApiRoutes } from './api-deliveries.ts'
import { registerDeploymentApiRoutes } from './api-deployments.ts'
import { registerEmergencyApiRoutes } from './api-emergencies.ts'
import { registerFreezeRoutes } from './api-freezes.ts'
import { registerLockRoutes } from './api-locks.ts'
import { registerMetricsApiRoutes } from './api-metrics.ts'
import { registerOnCallApiRoutes } from './api-on-call.ts'
import { registerPlaceRoutes } from './api-places.ts'
import { registerQualityApiRoutes } from './api-quality.ts'
import { registerReleaseApiRoutes } from './api-releases.ts'
import { registerReportApiRoutes } from './api-reports.ts'
import { registerSignalsApiRoutes } from './api-signals.ts'
import { registerGateRoute } from './api-verdicts.ts'

/** The JSON API but for what takes data in: lists, single things, changes of defects, and its own description. */
export function registerApiReadRoutes(routes: Routes, deps: Deps): void {
  registerPlaceRoutes(routes, deps)
  registerReleaseApiRoutes(routes, deps)
  registerGateRoute(routes, deps)
  registerMetricsApiRoutes(routes, deps)
  registerQualityApiRoutes(routes, deps)
  registerSignalsApiRoutes(routes, deps)
  registerDeploymentApiRoutes(routes, deps)
  registerDefectReadRoutes(routes, deps)
  registerDefectChangeRoutes(routes, deps)
  registerDefectIdentityApiRoutes(routes, deps)
  registerDeliveryApiRoutes(routes, deps)
  registerEmergencyApiRoutes(routes, deps)
  registerLockRoutes(routes, deps)
  registerFreezeRoutes(routes, deps)
  registerOnCallApiRoutes(routes, deps)
  registerReportApiRoutes(routes, deps)

  // Half of what it takes to put the application together, and most that run it are never asked for it.
  let document: ReturnType<typeof openApiDocument> | undefined
  routes.get('/api/v1/openapi.json', 'open', (c) => {
    document ??= openApiDocument(deps.config.publicUrl)
    return c.json(document)
  })
}
