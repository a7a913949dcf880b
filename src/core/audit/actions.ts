/**
 * What the audit log records, each with how it reads between who did it and what it was done to: “Ana Roe | created
 * the source | hub”. An action that shipped keeps its name: entries with it are never rewritten.
 */
export const AUDIT_ACTIONS = {
  // Signing in
  'sign-in.succeeded': 'signed in as',
  'sign-in.refused': 'was refused signing in as',
  'sign-in.locked': 'was locked out after too many tries to sign in as',
  'sign-in.confirmed': 'confirmed who they are as',
  'sign-in.ended': 'signed out',
  'session.ended': 'ended a session of',
  'sessions.ended': 'ended all sessions of',
  'password.changed': 'changed the password of',
  'password.reset-asked': 'asked for a new password of',
  'second-factor.added': 'added a second factor for',
  'second-factor.removed': 'removed a second factor of',
  'recovery-codes.made': 'made recovery codes for',
  'recovery-code.used': 'used a recovery code of',
  'passkey.added': 'added a passkey for',
  'passkey.removed': 'removed a passkey of',
  'identity.linked': 'linked an outside identity to',
  'identity.unlinked': 'unlinked an outside identity from',
  'sign-in-settings.changed': 'changed how people sign in:',
  // People and tokens
  'user.created': 'created the user',
  'user.invited': 'invited',
  'invitation.accepted': 'accepted the invitation of',
  'invitation.withdrawn': 'withdrew the invitation of',
  'user.changed': 'changed the user',
  'user.role-changed': 'changed the role of',
  'user.scope-changed': 'changed which services may be seen by',
  'user.disabled': 'disabled the user',
  'user.enabled': 'enabled the user',
  'user.removed': 'removed the user',
  'token.created': 'created the API token',
  'token.replaced': 'replaced the API token',
  'token.revoked': 'revoked the API token',
  // What comes in
  'source.created': 'created the source',
  'source.changed': 'changed the source',
  'source.removed': 'removed the source',
  'source.secret-changed': 'gave a new secret to the source',
  'source.rate-changed': 'changed how much may be sent by the source',
  'source.repair-changed': 'changed how gaps are repaired for the source',
  'source.rules-changed': 'changed the service rules of',
  'source.severity-words-changed': 'changed the severity words of',
  'source.mapping-changed': 'changed the mapping of the source',
  'source.identity-rules-changed': 'changed by what defects are the same for',
  'source.reread': 'had past deliveries read again for',
  'delivery.replayed': 'replayed the delivery',
  'deliveries.replayed': 'replayed deliveries:',
  'history.import-begun': 'began to import a history:',
  'history.imported': 'imported a history:',
  // Defects
  'defect.status-changed': 'changed the status of',
  'defect.severity-changed': 'changed the severity of',
  'defect.fix-changed': 'said which releases fix',
  'defect.assigned': 'assigned',
  'defect.times-changed': 'changed the times of',
  'defect.attributed': 'decided what introduced',
  'defect.commented': 'commented on',
  'defects.merged': 'merged defects into',
  'defect.split': 'split',
  'defects.unmerged': 'took back a merge into',
  'defect.unsplit': 'took back a split of',
  // Services, places and releases
  'service.changed': 'changed the service',
  'service.order-changed': 'changed how releases are ordered of',
  'service.dependencies-changed': 'changed what is depended on by',
  'environment.changed': 'changed the environment',
  'release.planned': 'set the planned date of',
  'freeze.made': 'made a freeze of',
  'freeze.changed': 'changed a freeze of',
  'freeze.ended': 'ended a freeze of',
  'lock.set': 'locked deployments to',
  'lock.released': 'released the lock of',
  // Emergency releases
  'emergency.stepped': 'took a step in the emergency release',
  'emergency.policy-changed': 'changed who may approve emergency releases to',
  'ci-target.changed': 'changed where emergency releases are sent for',
  'ci-target.removed': 'removed where emergency releases were sent for',
  // What goes out
  'channel.created': 'created the channel',
  'channel.changed': 'changed the channel',
  'channel.removed': 'removed the channel',
  'channel.secret-changed': 'gave a new secret to the channel',
  'rule.created': 'created the rule',
  'rule.changed': 'changed the rule',
  'rule.removed': 'removed the rule',
  'schedule.created': 'created the on-call schedule',
  'schedule.changed': 'changed the on-call schedule',
  'schedule.removed': 'removed the on-call schedule',
  'report.made': 'made the report',
  'report.removed': 'deleted the report',
  'report.shared': 'shared the report',
  'report.unshared': 'ended the sharing of the report',
  'report-schedule.created': 'planned reports:',
  'report-schedule.changed': 'changed planned reports:',
  'report-schedule.removed': 'removed planned reports:',
  // The installation
  'data.pruned': 'deleted what was past its retention:',
  'data.retention-changed': 'changed how long things are kept:',
  'key.rotated': 'rotated the key of the sealed secrets:',
  'audit.anchor-replaced': 'accepted an audit log that does not hold what was known of it:',
} as const

export type AuditAction = keyof typeof AUDIT_ACTIONS

/** Of another version's action, its name. */
export const auditActionWords = (action: string): string =>
  Object.hasOwn(AUDIT_ACTIONS, action) ? AUDIT_ACTIONS[action as AuditAction] : action

/** Actions of one subject, for filters: by what they begin with. */
export const AUDIT_GROUPS = {
  'signing-in': {
    text: 'Signing in',
    of: ['sign-in', 'session', 'sessions', 'password', 'second-factor', 'recovery-codes', 'recovery-code', 'passkey'],
  },
  people: { text: 'People and tokens', of: ['user', 'invitation', 'token', 'identity', 'sign-in-settings'] },
  sources: { text: 'Sources and deliveries', of: ['source', 'delivery', 'deliveries', 'history'] },
  defects: { text: 'Defects', of: ['defect', 'defects'] },
  releases: { text: 'Services, freezes and locks', of: ['service', 'environment', 'release', 'freeze', 'lock'] },
  emergency: { text: 'Emergency releases', of: ['emergency', 'ci-target'] },
  outgoing: {
    text: 'Notifications, rules and reports',
    of: ['channel', 'rule', 'schedule', 'report', 'report-schedule'],
  },
  installation: { text: 'The installation', of: ['data', 'key', 'audit'] },
} as const satisfies Record<string, { readonly text: string; readonly of: readonly string[] }>

export type AuditGroup = keyof typeof AUDIT_GROUPS

export const isAuditGroup = (text: string): text is AuditGroup => Object.hasOwn(AUDIT_GROUPS, text)

export const actionsOf = (group: AuditGroup): readonly AuditAction[] => {
  const beginnings: readonly string[] = AUDIT_GROUPS[group].of
  return (Object.keys(AUDIT_ACTIONS) as AuditAction[]).filter((action) =>
    beginnings.includes(action.split('.')[0] as string),
  )
}
