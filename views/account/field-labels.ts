import { fieldLabel, type KeptForm } from '../../src/core/access/kept-form.ts'

/**
 * A form by where it is sent, with the decision that its button stands for, and what its fields are called there, where that
 * is not what they are called elsewhere.
 */
const FORMS: readonly (readonly [action: RegExp, labels: Readonly<Record<string, string>>])[] = [
  [/^\/account\/password$/, { current: 'Password until now', password: 'New password' }],
  [/^\/account\/tokens\b/, { days: 'Ends after', services: 'Only of these services', overlap: 'This one ends' }],
  [/^\/account\/security\/passkeys\b/, { name: 'Name of a new one' }],
  [/^\/account\/time-zone$/, { zone: 'Show times in' }],
  [/^\/admin\/environments\//, { tier: 'Of which tier it is' }],
  [
    /^\/admin\/retention$/,
    {
      bodiesDays: 'Bodies of deliveries, single sessions',
      failedDays: 'Bodies of failed deliveries',
      deliveriesDays: 'Deliveries',
      notificationsDays: 'Messages to people, what rules held back',
      reportsDays: 'Reports, with the links to them',
    },
  ],
  [/^\/admin\/users\b/, { services: 'May change only these services' }],
  [/^\/calendar\/freezes\//, { from: 'From', to: 'To' }],
  [/^\/defects\/views$/, { name: 'Name of this view' }],
  [/^\/defects\/new$/, { version: 'Version seen' }],
  [/^\/defects\/bulk$/, { id: 'Defects' }],
  [/^\/defects\/[^/]+\/comments$/, { text: 'Comment' }],
  [/^\/defects\/[^/]+\/fixed-in$/, { fixedIn: 'Releases that fix it' }],
  [/^\/defects\/[^/]+\/merge$/, { reason: 'Why they are the same' }],
  [/^\/defects\/[^/]+\/split$/, { reason: 'Why they are not the same', report: 'Reports' }],
  [/^\/emergency\/new$/, { version: 'Version of the fix' }],
  [/^\/emergency\/[^/]+\/approval$/, { reason: 'Why alone?' }],
  [/^\/emergency\/[^/]+\/dispatch#deployed$/, { reason: 'How do you know that it is live?' }],
  [/^\/emergency\/[^/]+\/dispatch#run-failed$/, { reason: 'What failed?' }],
  [/^\/emergency\/[^/]+\/verification$/, { reason: 'What did you check?' }],
  [/^\/emergency\/[^/]+\/cancellation$/, { reason: 'Why?' }],
  [/^\/emergency\/[^/]+\/checks$/, { title: 'Check' }],
  [/^\/emergency\/[^/]+\/closure$/, { fixed: 'Fixed' }],
  [/^\/emergency\/[^/]+\/notes$/, { text: 'Note for the timeline' }],
  [/^\/emergency\/[^/]+\/review$/, { text: 'What was learned' }],
  [/^\/services\/[^/]+\/settings\//, { detection: 'It is', policy: 'Ordered', versions: 'Versions, the lowest first' }],
  [/^\/rules\b/, { severity: 'Severity of the defect', services: 'Only of these services' }],
]

/** What fields are called everywhere else, where their name does not say it. */
const FIELDS: Readonly<Record<string, string>> = {
  aDay: 'At most a day, for each service',
  address: 'Address of the calendar',
  breakGlass: 'One alone may approve with a reason, and owes a review',
  burst: 'At once, after a pause',
  cadence: 'When',
  cap: 'Messages an hour at most',
  days: 'Works for',
  default: 'Service',
  dependsOn: 'Services it depends on',
  digest: 'Sent',
  draft: 'Draft an emergency release, which sends nothing',
  each: 'One for each',
  email: 'E-mail',
  env: 'Environment',
  every: 'Handover every',
  from: 'First day',
  humanChecks: 'What people tick before it is verified',
  into: 'Number of the defect that stays',
  leastSeverity: 'Defects of severity',
  makes: 'Each payload tells of',
  mostADay: 'At most a day',
  names: 'Who takes turns',
  notTimeAlone: 'Not when only the time points at the release',
  notify: 'Page who is on call',
  of: 'Service',
  on: 'It is on',
  oncePer: 'Once for each',
  ownRequests: 'Own requests',
  pattern: 'Value',
  perSecond: 'Deliveries a second',
  plannedAt: 'Planned for',
  probability: 'With at least',
  quietMinutes: 'Linked defects quiet for, minutes',
  ref: 'Branch or tag',
  releaseAgeHours: 'Release less than so many hours old',
  releaseId: 'Release that introduced it',
  rollback: 'Fire the rollback, where an admin has switched that on and every check passes',
  seenAt: 'Seen at',
  shared: 'Show it to everybody here',
  slug: 'Last part of its address',
  starts: 'First turn begins',
  to: 'Last day',
  trigger: 'It waits for',
  url: 'Address of the run',
  userId: 'Owner',
  whenEquals: 'equals',
  whenPick: 'Only when',
  zone: 'Time zone',
}

/** Every label that a field of this name may have. */
export const labelsOf = (name: string): readonly string[] => [
  FIELDS[name] ?? fieldLabel(name),
  ...FORMS.flatMap(([, labels]) => labels[name] ?? []),
]

/** What people saw beside the field when they filled the form in. */
export function labelOf({ action, fields }: Pick<KeptForm, 'action' | 'fields'>, name: string): string {
  const decision = fields.find(([one]) => one === 'decision')?.[1]
  const form = `${action.split('?')[0]}${decision === undefined ? '' : `#${decision}`}`
  const [, own] = FORMS.find(([is, labels]) => is.test(form) && Object.hasOwn(labels, name)) ?? []
  return own?.[name] ?? FIELDS[name] ?? fieldLabel(name.replace(/^(fields|tier|word)[.-]/, ''))
}
