import { mayAs, type Role } from '../../core/access/role.ts'
import { askedWords, searchWords } from '../../core/text/search-words.ts'

/** Pages and starts of tasks that can be jumped to by name. Everything here only leads somewhere; nothing is changed. */
export interface Destination {
  readonly text: string
  readonly href: string
  /** Other words people may type for it. */
  readonly also: string
  /** Nobody below it is let in. */
  readonly needs?: Role
}

const PAGES: readonly Destination[] = [
  { text: 'Overview', href: '/', also: 'home now dashboard attention' },
  { text: 'Live board', href: '/live', also: 'running environments services drift matrix where' },
  { text: 'Releases', href: '/releases', also: 'versions' },
  { text: 'Deployments', href: '/deployments', also: 'rollbacks failed releases' },
  { text: 'Calendar', href: '/calendar', also: 'days freezes planned schedule' },
  { text: 'Defects', href: '/defects', also: 'bugs issues errors open' },
  { text: 'My defects', href: '/defects?assignee=me', also: 'mine bugs owner' },
  { text: 'Views of defects', href: '/defects/views', also: 'saved filters' },
  { text: 'Emergency releases', href: '/emergency', also: 'er rollback hotfix' },
  { text: 'Services', href: '/services', also: 'owners applications' },
  { text: 'Trends', href: '/trends', also: 'charts metrics dora delivery' },
  { text: 'Reports', href: '/reports', also: 'digest weekly monthly print pdf share stakeholder snapshot' },
  { text: 'Rules', href: '/rules', also: 'automatic page alert notify draft by itself' },
  { text: 'On call', href: '/on-call', also: 'oncall schedule rotation duty pager who' },
  { text: 'Deliveries', href: '/deliveries', also: 'webhooks inbox received' },
  { text: 'Set up', href: '/setup', also: 'sources connect integrations ci' },
  { text: 'Can the suspicions be trusted?', href: '/reliability', also: 'attribution reliability accuracy' },
  { text: 'Emergency settings', href: '/emergency/settings', also: 'ci targets approval policy locks', needs: 'admin' },
  { text: 'Admin', href: '/admin', also: 'administration settings', needs: 'admin' },
  { text: 'Users', href: '/admin/users', also: 'admin people roles invite accounts', needs: 'admin' },
  { text: 'Environments', href: '/admin/environments', also: 'admin tiers production staging', needs: 'admin' },
  { text: 'Channels', href: '/admin/channels', also: 'admin notifications slack mail webhook teams', needs: 'admin' },
  { text: 'Retention', href: '/admin/retention', also: 'admin keep days delete', needs: 'admin' },
  { text: 'Audit log', href: '/admin/audit', also: 'admin who did what history changes', needs: 'admin' },
  { text: 'System', href: '/admin/system', also: 'admin status version database disk memory uptime', needs: 'admin' },
  { text: 'Account', href: '/account', also: 'profile time zone preferences' },
  { text: 'API tokens', href: '/account/tokens', also: 'keys access', needs: 'admin' },
]

const ACTIONS: readonly Destination[] = [
  { text: 'Report a new defect…', href: '/defects/new', also: 'create add bug', needs: 'engineer' },
  { text: 'Open an emergency release…', href: '/emergency/new', also: 'er roll back rollback hotfix' },
  { text: 'Compare releases…', href: '/releases/compare', also: 'versions difference against' },
  { text: 'Plan a release…', href: '/calendar/planned/new', also: 'calendar schedule date', needs: 'engineer' },
  {
    text: 'Plan a freeze…',
    href: '/calendar/freezes/new',
    also: 'calendar stop block lock deployments environment',
    needs: 'release-manager',
  },
  { text: 'Make a rule…', href: '/rules/new', also: 'add new automatic page notify draft', needs: 'release-manager' },
  { text: 'Make a report…', href: '/reports#new', also: 'add new build print pdf export summary' },
  { text: 'Connect a source…', href: '/setup', also: 'add webhook ci integration' },
  { text: 'Change the time zone…', href: '/account#time-zone', also: 'clock utc' },
]

/** Those whose own name begins so come before those that other words lead to. */
const having = (all: readonly Destination[], typed: string, role: Role): readonly Destination[] => {
  const list = all.filter(({ needs = 'viewer' }) => mayAs(role, needs))
  const asked = askedWords(typed)
  if (asked.length === 0) return typed.trim() === '' ? list : []
  const found = list.filter(({ text, also }) => {
    const words = searchWords(`${text} ${also}`)
    return asked.every((word) => words.some((one) => one.startsWith(word)))
  })
  const isNamed = ({ text }: Destination) => searchWords(text)[0]?.startsWith(asked[0] ?? '') === true
  return [...found.filter(isNamed), ...found.filter((one) => !isNamed(one))]
}

/** All of them when nothing was typed. */
export const pagesNamed = (typed: string, role: Role): readonly Destination[] => having(PAGES, typed, role)
export const actionsNamed = (typed: string, role: Role): readonly Destination[] => having(ACTIONS, typed, role)
