import { Icon, type IconName } from '../components/icon.tsx'
import { PageHead } from '../components/page-parts.tsx'

interface AdminCard {
  readonly href: string
  readonly icon: IconName
  readonly name: string
  readonly sentence: string
}

/** What admins look after, a line for each. */
const CARDS: readonly AdminCard[] = [
  {
    href: '/admin/users',
    icon: 'person',
    name: 'Users',
    sentence: 'Invite people, give roles and limits, end sessions.',
  },
  {
    href: '/account/tokens',
    icon: 'key',
    name: 'API tokens',
    sentence: 'For CI and scripts: made, replaced and revoked.',
  },
  { href: '/setup', icon: 'terminal', name: 'Sources', sentence: 'What may send to this server, and its secrets.' },
  {
    href: '/admin/environments',
    icon: 'deploy',
    name: 'Environments',
    sentence: 'Where things run, and which of it counts as production.',
  },
  {
    href: '/emergency/settings',
    icon: 'emergency',
    name: 'Emergency settings',
    sentence: 'Which CI deploys where, and who may approve.',
  },
  {
    href: '/admin/channels',
    icon: 'inbox',
    name: 'Channels',
    sentence: 'Who is told what, in chats, by e-mail or webhook.',
  },
  {
    href: '/rules',
    icon: 'emergency',
    name: 'Rules',
    sentence: 'What is paged, drafted or rolled back without a person.',
  },
  {
    href: '/admin/retention',
    icon: 'inbox',
    name: 'Retention',
    sentence: 'How long what came in is kept.',
  },
  { href: '/admin/audit', icon: 'report', name: 'Audit log', sentence: 'Who did what, when and from where.' },
  { href: '/admin/system', icon: 'pulse', name: 'System', sentence: 'How this server is doing.' },
]

export const AdminIndexPage = () => (
  <>
    <PageHead title="Admin" sub={<span>Who and what has access, and how this server is kept.</span>} />
    <ul class="cards gap">
      {CARDS.map(({ href, icon, name, sentence }) => (
        <li>
          <a class="card" href={href}>
            <Icon name={icon} />
            <span>
              <b>{name}</b>
              <small>{sentence}</small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  </>
)
