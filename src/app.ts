import { Hono } from 'hono'
import type { Deps } from './web/deps.ts'
import type { Env } from './web/env.ts'
import { notFound, onError, wrongMethod } from './web/errors.ts'
import { guardFor } from './web/middleware/access.ts'
import { formLimit } from './web/middleware/form-limit.ts'
import { plainAddresses } from './web/middleware/plain-addresses.ts'
import { requestIds } from './web/middleware/request-id.ts'
import { secureCookies } from './web/middleware/secure-cookies.ts'
import { securityHeaders } from './web/middleware/security-headers.ts'
import { registerAccountRoutes } from './web/routes/account/account.tsx'
import { registerPreferenceRoutes } from './web/routes/account/preferences.ts'
import { registerAdminIndexRoutes } from './web/routes/admin/admin-index.tsx'
import { registerEnvironmentRoutes } from './web/routes/admin/environments.tsx'
import { registerRetentionRoutes } from './web/routes/admin/retention.tsx'
import { registerSystemRoutes } from './web/routes/admin/system.tsx'
import { registerUserRoutes } from './web/routes/admin/users.tsx'
import { registerApiReadRoutes } from './web/routes/api/api.ts'
import { registerAssetRoutes } from './web/routes/assets.ts'
import { registerAuditRoutes } from './web/routes/audit/audit.tsx'
import { registerChannelRoutes } from './web/routes/channels/channels.tsx'
import { registerBulkRoutes } from './web/routes/defects/bulk.tsx'
import { registerDefectIdentityRoutes } from './web/routes/defects/defect-identity.tsx'
import { registerDefectReportRoutes } from './web/routes/defects/defect-reports.tsx'
import { registerDefectRoutes } from './web/routes/defects/defects.tsx'
import { registerSavedViewRoutes } from './web/routes/defects/saved-views.tsx'
import { registerDeliveryRoutes } from './web/routes/deliveries/deliveries.tsx'
import { registerDeliveryReplayRoutes } from './web/routes/deliveries/delivery-replays.tsx'
import { registerEmergencyRoutes } from './web/routes/emergency/emergencies.tsx'
import { registerExportRoutes } from './web/routes/exports.ts'
import { registerHealthRoutes } from './web/routes/health.ts'
import { registerHookRoutes } from './web/routes/intake/hooks.ts'
import { registerNativeApiRoutes } from './web/routes/intake/native-api.ts'
import { registerSentryCliRoutes } from './web/routes/intake/sentry-cli.ts'
import { registerSentrySdkRoutes } from './web/routes/intake/sentry-sdk.ts'
import { registerLiveRoutes } from './web/routes/live-events.ts'
import { registerOverviewRoutes } from './web/routes/overview.tsx'
import { registerCalendarRoutes } from './web/routes/places/calendar.tsx'
import { registerCalendarFormRoutes } from './web/routes/places/calendar-forms.tsx'
import { registerLiveBoardRoutes } from './web/routes/places/live-board.tsx'
import { registerServiceSettingsRoutes } from './web/routes/places/service-settings.tsx'
import { registerServiceRoutes } from './web/routes/places/services.tsx'
import { registerCommitRoutes } from './web/routes/releases/commits.tsx'
import { registerCompareRoutes } from './web/routes/releases/compare.tsx'
import { registerDeploymentRoutes } from './web/routes/releases/deployments.tsx'
import { registerReleaseRoutes } from './web/routes/releases/releases.tsx'
import { registerReportScheduleRoutes } from './web/routes/reports/report-schedules.ts'
import { registerReportRoutes } from './web/routes/reports/reports.tsx'
import { registerSharedReportRoutes } from './web/routes/reports/shared-report.tsx'
import { registerOnCallRoutes } from './web/routes/rules/on-call.tsx'
import { registerRuleRoutes } from './web/routes/rules/rules.tsx'
import { registerSearchRoutes } from './web/routes/search.tsx'
import { registerSetUpRoutes } from './web/routes/setup/set-up.tsx'
import { registerSourceIdentityRoutes } from './web/routes/setup/source-identity.tsx'
import { registerSourceMappingRoutes } from './web/routes/setup/source-mapping.tsx'
import { registerSourceNamesRoutes } from './web/routes/setup/source-names.tsx'
import { registerSourceReceivingRoutes } from './web/routes/setup/source-receiving.tsx'
import { registerSourceRedeliveryRoutes } from './web/routes/setup/source-redeliveries.tsx'
import { registerReliabilityRoutes } from './web/routes/trends/reliability.tsx'
import { registerTrendRoutes } from './web/routes/trends/trends.tsx'
import { type DeclaredRoute, Routes } from './web/routes.ts'

/** The application without a socket; `declared` is its site map with the policy of every route. */
export function createApp(deps: Deps): { app: Hono<Env>; declared: readonly DeclaredRoute[] } {
  const guard = guardFor(deps)
  const hooks = new Routes(guard)
  registerHookRoutes(hooks, deps)
  registerSentrySdkRoutes(hooks, deps)
  const routes = new Routes(guard)
  // Data in
  registerNativeApiRoutes(routes, deps)
  registerSentryCliRoutes(routes, deps)
  // Data out
  registerApiReadRoutes(routes, deps)
  registerHealthRoutes(routes, deps)
  // Pages
  registerOverviewRoutes(routes, deps)
  registerCompareRoutes(routes, deps)
  registerLiveBoardRoutes(routes, deps)
  registerServiceRoutes(routes, deps)
  registerServiceSettingsRoutes(routes, deps)
  registerCalendarFormRoutes(routes, deps)
  registerCalendarRoutes(routes, deps)
  registerReleaseRoutes(routes, deps)
  registerDeploymentRoutes(routes, deps)
  registerCommitRoutes(routes, deps)
  registerSavedViewRoutes(routes, deps)
  registerBulkRoutes(routes, deps)
  registerDefectRoutes(routes, deps)
  registerEmergencyRoutes(routes, deps)
  registerDefectIdentityRoutes(routes, deps)
  registerDefectReportRoutes(routes, deps)
  registerRuleRoutes(routes, deps)
  registerOnCallRoutes(routes, deps)
  registerReliabilityRoutes(routes, deps)
  registerTrendRoutes(routes, deps)
  registerReportRoutes(routes, deps)
  registerReportScheduleRoutes(routes, deps)
  registerSharedReportRoutes(routes, deps)
  registerDeliveryRoutes(routes, deps)
  registerDeliveryReplayRoutes(routes, deps)
  registerSetUpRoutes(routes, deps)
  registerChannelRoutes(routes, deps)
  registerSourceNamesRoutes(routes, deps)
  registerSourceMappingRoutes(routes, deps)
  registerExportRoutes(routes, deps)
  registerSourceIdentityRoutes(routes, deps)
  registerSearchRoutes(routes, deps)
  registerSourceReceivingRoutes(routes, deps)
  registerSourceRedeliveryRoutes(routes, deps)
  registerAuditRoutes(routes, deps)
  registerSystemRoutes(routes, deps)
  registerEnvironmentRoutes(routes, deps)
  registerRetentionRoutes(routes, deps)
  registerAccountRoutes(routes, deps)
  registerAdminIndexRoutes(routes, deps)
  registerUserRoutes(routes, deps)
  registerPreferenceRoutes(routes, deps)
  registerLiveRoutes(routes, deps)
  registerAssetRoutes(routes)

  const app = new Hono<Env>()
  // Before the middleware: these bring the headers of every answer along.
  app.route('/', hooks.app)
  app.use(requestIds())
  app.use(securityHeaders(deps.config))
  app.use(secureCookies(deps.config))
  app.use(plainAddresses())
  app.use(formLimit(deps.config.maxBodyBytes))
  app.use(wrongMethod(app))
  app.route('/', routes.app)
  app.notFound(notFound)
  app.onError(onError(deps))
  return { app, declared: [...hooks.declared, ...routes.declared] }
}
