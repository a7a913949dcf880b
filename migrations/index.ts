import type { Migration } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'
import * as createSchema from './20261122T0900_create_schema.ts'
import * as addGapRepairAndRhythm from './20261123T0900_add_gap_repair_and_rhythm.ts'
import * as addAttributionEvidence from './20261124T0900_add_attribution_evidence.ts'
import * as addFirstDeployments from './20261125T0900_add_first_deployments.ts'
import * as versionsAndRegressions from './20261203T0900_versions_and_regressions.ts'
import * as addAttributionModel from './20261204T0900_add_attribution_model.ts'
import * as addDefectTimes from './20261205T0900_add_defect_times.ts'
import * as addSessionCounts from './20261206T0900_add_session_counts.ts'
import * as addServiceRules from './20261207T0900_add_service_rules.ts'
import * as addSeverityWords from './20261208T0900_add_severity_words.ts'
import * as addSourceMappings from './20261209T0900_add_source_mappings.ts'
import * as attributeWithoutService from './20261210T0900_attribute_without_service.ts'
import * as addDefectIdentity from './20261211T0900_add_defect_identity.ts'
import * as addIdentityRules from './20261211T1000_add_identity_rules.ts'
import * as addReceivingRecords from './20261212T0900_add_receiving_records.ts'
import * as addTrendCounts from './20261213T0900_add_trend_counts.ts'
import * as addFreezesAndPlannedDates from './20261214T0900_add_freezes_and_planned_dates.ts'
import * as addTimeZone from './20261215T0900_add_time_zone.ts'
import * as addTitleWords from './20261215T1000_add_title_words.ts'
import * as addSavedViews from './20261215T1100_add_saved_views.ts'
import * as addEmergencyReleases from './20261216T0900_add_emergency_releases.ts'
import * as addNotifications from './20261217T0900_add_notifications.ts'
import * as addRulesAndOnCall from './20261217T1000_add_rules_and_on_call.ts'
import * as addLimitsAndLinks from './20261217T1100_add_limits_and_links.ts'
import * as addSignInWays from './20261217T1200_add_sign_in_ways.ts'
import * as addAuditLog from './20261217T1300_add_audit_log.ts'
import * as addReports from './20261218T0900_add_reports.ts'
import * as addAccountMail from './20261218T1000_add_account_mail.ts'
import * as addKeptForms from './20261218T1010_add_kept_forms.ts'
import * as addLockKeys from './20261218T1100_add_lock_keys.ts'
import * as addToldFacts from './20261218T1110_add_told_facts.ts'
import * as addDeliveryIndexes from './20261218T1300_add_delivery_indexes.ts'
import * as addPlacementIndex from './20261219T1000_add_placement_index.ts'
import * as addRemovalIndex from './20261219T1010_add_removal_index.ts'
import * as addDecidedTiers from './20261219T1300_add_decided_tiers.ts'
import * as addDeploymentDays from './20261220T1300_add_deployment_days.ts'
import * as attributeOvertakenPlacesAnew from './20261220T1500_attribute_overtaken_places_anew.ts'
import * as countUnplacedDefects from './20261221T1300_count_unplaced_defects.ts'
import * as widenClosedIndex from './20261221T1310_widen_closed_index.ts'
import * as countUnplacedByService from './20261222T0900_count_unplaced_by_service.ts'
import * as findVersionsAfterLetters from './20261222T1100_find_versions_after_letters.ts'
import * as indexUnownedDefects from './20261223T0900_index_unowned_defects.ts'
import * as addHiddenColumns from './20261223T1300_add_hidden_columns.ts'
import * as countOpenDefects from './20261224T0300_count_open_defects.ts'
import * as countDefectsByHour from './20261225T0900_count_defects_by_hour.ts'
import * as keepReleaseChanges from './20261226T0900_keep_release_changes.ts'

/**
 * Every migration in the order of its name. A list, not a folder scan: what is compiled in is what runs. CONTRIBUTING.md
 * says what one must keep to.
 */
export const migrationsFor = (words: DdlWords): Record<string, Migration> => ({
  '20261122T0900_create_schema': { up: (db) => createSchema.up(db, words) },
  '20261123T0900_add_gap_repair_and_rhythm': { up: (db) => addGapRepairAndRhythm.up(db, words) },
  '20261124T0900_add_attribution_evidence': { up: (db) => addAttributionEvidence.up(db, words) },
  '20261125T0900_add_first_deployments': { up: (db) => addFirstDeployments.up(db, words) },
  '20261203T0900_versions_and_regressions': { up: (db) => versionsAndRegressions.up(db, words) },
  '20261204T0900_add_attribution_model': { up: (db) => addAttributionModel.up(db, words) },
  '20261205T0900_add_defect_times': { up: (db) => addDefectTimes.up(db, words) },
  '20261206T0900_add_session_counts': { up: (db) => addSessionCounts.up(db, words) },
  '20261207T0900_add_service_rules': { up: (db) => addServiceRules.up(db, words) },
  '20261208T0900_add_severity_words': { up: (db) => addSeverityWords.up(db, words) },
  '20261209T0900_add_source_mappings': { up: (db) => addSourceMappings.up(db, words) },
  '20261210T0900_attribute_without_service': { up: (db) => attributeWithoutService.up(db, words) },
  '20261211T0900_add_defect_identity': { up: (db) => addDefectIdentity.up(db, words) },
  '20261211T1000_add_identity_rules': { up: (db) => addIdentityRules.up(db, words) },
  '20261212T0900_add_receiving_records': { up: (db) => addReceivingRecords.up(db, words) },
  '20261213T0900_add_trend_counts': { up: (db) => addTrendCounts.up(db, words) },
  '20261214T0900_add_freezes_and_planned_dates': { up: (db) => addFreezesAndPlannedDates.up(db, words) },
  '20261215T0900_add_time_zone': { up: (db) => addTimeZone.up(db, words) },
  '20261215T1000_add_title_words': { up: (db) => addTitleWords.up(db, words) },
  '20261215T1100_add_saved_views': { up: (db) => addSavedViews.up(db, words) },
  '20261216T0900_add_emergency_releases': { up: (db) => addEmergencyReleases.up(db, words) },
  '20261217T0900_add_notifications': { up: (db) => addNotifications.up(db, words) },
  '20261217T1000_add_rules_and_on_call': { up: (db) => addRulesAndOnCall.up(db, words) },
  '20261217T1100_add_limits_and_links': { up: (db) => addLimitsAndLinks.up(db, words) },
  '20261217T1200_add_sign_in_ways': { up: (db) => addSignInWays.up(db, words) },
  '20261217T1300_add_audit_log': { up: (db) => addAuditLog.up(db, words) },
  '20261218T0900_add_reports': { up: (db) => addReports.up(db, words) },
  '20261218T1000_add_account_mail': { up: (db) => addAccountMail.up(db, words) },
  '20261218T1010_add_kept_forms': { up: (db) => addKeptForms.up(db, words) },
  '20261218T1100_add_lock_keys': { up: (db) => addLockKeys.up(db, words) },
  '20261218T1110_add_told_facts': { up: (db) => addToldFacts.up(db, words) },
  '20261218T1300_add_delivery_indexes': { up: (db) => addDeliveryIndexes.up(db) },
  '20261219T1000_add_placement_index': { up: (db) => addPlacementIndex.up(db) },
  '20261219T1010_add_removal_index': { up: (db) => addRemovalIndex.up(db) },
  '20261219T1300_add_decided_tiers': { up: (db) => addDecidedTiers.up(db, words) },
  '20261220T1300_add_deployment_days': { up: (db) => addDeploymentDays.up(db, words) },
  '20261220T1500_attribute_overtaken_places_anew': { up: (db) => attributeOvertakenPlacesAnew.up(db) },
  '20261221T1300_count_unplaced_defects': { up: (db) => countUnplacedDefects.up(db, words) },
  '20261221T1310_widen_closed_index': { up: (db) => widenClosedIndex.up(db) },
  '20261222T0900_count_unplaced_by_service': { up: (db) => countUnplacedByService.up(db, words) },
  '20261222T1100_find_versions_after_letters': { up: (db) => findVersionsAfterLetters.up(db, words) },
  '20261223T0900_index_unowned_defects': { up: (db) => indexUnownedDefects.up(db) },
  '20261223T1300_add_hidden_columns': { up: (db) => addHiddenColumns.up(db, words) },
  '20261224T0300_count_open_defects': { up: (db) => countOpenDefects.up(db, words) },
  '20261225T0900_count_defects_by_hour': { up: (db) => countDefectsByHour.up(db, words) },
  '20261226T0900_keep_release_changes': { up: (db) => keepReleaseChanges.up(db, words) },
})
