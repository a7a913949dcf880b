import { HTTPException } from 'hono/http-exception'
import { ChannelFormPage, type ChannelTyped } from '../../../../views/channels/form-page.tsx'
import { ChannelKeyPage } from '../../../../views/channels/made-page.tsx'
import { removeChannelQuestion } from '../../../../views/channels/removal-question.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { channelPath } from '../../../../views/paths.ts'
import type { Severity } from '../../../core/event.ts'
import { EVENTS } from '../../../core/notifications/announcement.ts'
import { cleanLine } from '../../../core/text/text.ts'
import { type ChannelKindChoice, channelKinds } from '../../../operations/notifications/channel-kinds.ts'
import { removeChannel, saveChannel } from '../../../operations/notifications/channels.ts'
import { type Channel, findChannel } from '../../../store/notifications/channels.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { registerConfirmed } from '../confirmed.tsx'
import { ADMINS, ADMINS_NOW, adminOf, CHANNEL, CHANNELS } from './channel-admin.ts'

const LONGEST_LIST = 200
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

export function registerChannelForms(routes: Routes, deps: Deps): void {
  routes.get(`${CHANNELS}/new`, ADMINS, async (c) => {
    return await show(c, deps, { kind: kindNamed(c.req.query('kind')), typed: FRESH })
  })
  routes.get(CHANNEL, ADMINS, async (c) => {
    const channel = await channelOf(c, deps)
    return await show(c, deps, { channel, kind: kindNamed(channel.kind), typed: typedFrom(channel) })
  })
  routes.post(`${CHANNELS}/new`, ADMINS_NOW, (c) => save(c, deps, undefined))
  routes.post(CHANNEL, ADMINS_NOW, async (c) => {
    return await save(c, deps, await channelOf(c, deps))
  })
  registerConfirmed(routes, deps, `${CHANNEL}/removal`, ADMINS, {
    find: (c) => channelOf(c, deps),
    ask: (_c, channel) => ({
      active: 'setup',
      crumbs: crumbsTo(channel.name, channelPath(channel.id)),
      ...removeChannelQuestion(channel, kindNamed(channel.kind).label, deps.clock()),
    }),
    does: async (c, { id }) => {
      const { userId } = adminOf(c)
      await removeChannel(deps.store, id, { actor: auditActorOf(c, deps.config), now: deps.clock() })
      deps.log.info({ requestId: c.get('requestId'), userId, channelId: id }, 'channel removed')
      return c.redirect(CHANNELS, 303)
    },
  })
}

async function channelOf(c: Ctx, deps: Deps): Promise<Channel> {
  const channel = await findChannel(deps.store.db, Number(c.req.param('id')))
  if (!channel) throw new HTTPException(404, { message: 'There is no such channel.' })
  return channel
}

async function save(c: Ctx, deps: Deps, channel: Channel | undefined): Promise<Response> {
  const { userId } = adminOf(c)
  const form = await c.req.parseBody({ all: true })
  const text = (field: string): string => {
    const value = Object.hasOwn(form, field) ? [form[field]].flat()[0] : undefined
    return typeof value === 'string' ? value : ''
  }
  const chosen = Object.hasOwn(form, 'events') ? [form.events].flat() : []
  const kind = kindNamed(channel?.kind ?? text('kind'))
  const typed: ChannelTyped = {
    name: text('name'),
    fields: Object.fromEntries(
      kind.fields.filter(({ secret }) => !secret).map((field) => [field.name, text(field.name)]),
    ),
    events: EVENTS.filter((event) => chosen.includes(event)),
    services: text('services'),
    environments: text('environments'),
    leastSeverity: text('leastSeverity'),
    cap: text('cap'),
    digest: text('digest'),
    enabled: text('enabled') === '1',
  }
  const saved = await saveChannel(
    {
      store: deps.store,
      secretBox: deps.secretBox,
      allow: deps.config.outbound.allow,
      hasMailServer: deps.config.mailServer !== undefined,
    },
    {
      id: channel?.id,
      name: typed.name,
      kind: kind.kind,
      fields: Object.fromEntries(kind.fields.map((field) => [field.name, text(field.name)])),
      subscription: {
        events: typed.events,
        services: linesOf(typed.services),
        environments: linesOf(typed.environments),
        leastSeverity: SEVERITIES.find((severity) => severity === typed.leastSeverity) ?? 'S2',
      },
      capPerHour: Number(typed.cap),
      digestMinutes: Number(typed.digest),
      enabled: typed.enabled,
    },
    { actor: auditActorOf(c, deps.config), now: deps.clock() },
  )
  if (saved.kind === 'not-found') throw new HTTPException(404, { message: 'There is no such channel.' })
  if (saved.kind === 'refused') {
    const labels: Readonly<Record<string, string>> = {
      name: 'Name',
      cap: 'Messages an hour at most',
      digest: 'Sent',
      ...Object.fromEntries(kind.fields.map((field) => [field.name, field.label])),
    }
    const fields = Object.fromEntries(
      saved.problems.map(({ path, message }) => [path, `${labels[path] ?? path}: ${message}`]),
    )
    return await show(c, deps, { channel, kind, typed, problems: { fields }, status: 422 })
  }
  deps.log.info({ requestId: c.get('requestId'), userId, channelId: saved.id, kind: kind.kind }, 'channel saved')
  deps.notifier.wake()
  // Not a redirect when a key was made: this answer is the one place where it is ever shown.
  return saved.made === undefined
    ? c.redirect(CHANNELS, 303)
    : await page(
        c,
        deps,
        { title: 'Channel saved', active: 'setup', crumbs: crumbsTo('Saved') },
        <ChannelKeyPage name={cleanLine(typed.name, 80)} signingKey={saved.made} />,
      )
}

async function show(
  c: Ctx,
  deps: Deps,
  {
    channel,
    kind,
    typed,
    problems = noProblems,
    status = 200,
  }: {
    channel?: Channel | undefined
    kind: ChannelKindChoice
    typed: ChannelTyped
    problems?: FormProblems
    status?: 200 | 422
  },
): Promise<Response> {
  const title = channel?.name ?? 'New channel'
  return await page(
    c,
    deps,
    { title, active: 'setup', crumbs: crumbsTo(title), status },
    <ChannelFormPage
      id={channel?.id}
      kinds={channelKinds}
      kind={kind}
      typed={typed}
      problems={problems}
      csrfToken={adminOf(c).csrfToken}
    />,
  )
}

const crumbsTo = (text: string, href?: string) => [
  { text: 'Set up', href: '/setup' },
  { text: 'Channels', href: CHANNELS },
  { text, ...(href && { href }) },
]

function kindNamed(name: string | undefined): ChannelKindChoice {
  const kind = channelKinds.find((one) => one.kind === name) ?? channelKinds[0]
  if (!kind) throw new Error('there is no kind of channel')
  return kind
}

/** What most want to hear of first. */
const FRESH: ChannelTyped = {
  name: '',
  fields: {},
  events: EVENTS.filter((event) => event !== 'emergency-deploying' && event !== 'emergency-approved'),
  services: '',
  environments: '',
  leastSeverity: 'S2',
  cap: '20',
  digest: '0',
  enabled: true,
}

const typedFrom = (channel: Channel): ChannelTyped => ({
  name: channel.name,
  fields: JSON.parse(channel.settingsJson) as Record<string, string>,
  events: channel.subscription.events,
  services: channel.subscription.services.join('\n'),
  environments: channel.subscription.environments.join('\n'),
  leastSeverity: channel.subscription.leastSeverity,
  cap: String(channel.capPerHour),
  digest: String(channel.digestMinutes),
  enabled: channel.enabled,
})

const linesOf = (text: string): string[] =>
  [...new Set(text.split('\n').map((line) => cleanLine(line, 200)))].filter(Boolean).slice(0, LONGEST_LIST)
