import type { Child } from 'hono/jsx'
import { statusWord } from '../../../../views/components/badges.tsx'
import { BulkConfirmPage, BulkResultPage } from '../../../../views/defects/bulk-pages.tsx'
import { counted } from '../../../../views/format.ts'
import type { DefectStatus, Severity } from '../../../core/event.ts'
import { changeDefects, MOST_AT_ONCE, type SharedChange } from '../../../operations/defects/change-defects.ts'
import { listActiveUsers } from '../../../store/access/users.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { say } from '../../pages/said.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChangeDefects } from '../../service-limit.ts'
import { isConfirmed } from '../confirmed.tsx'

const PATH = '/defects/bulk'
/** More than a person sees at once. */
const ASKED_FIRST = 20

const STATUSES: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix']
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

/** One change of many defects: status, severity or owner of the rows that were ticked. */
export function registerBulkRoutes(routes: Routes, deps: Deps): void {
  routes.post(PATH, { role: 'engineer', perService: true }, (c) => changeTicked(c, deps))
  // Where a question or an answer leaves the address.
  routes.get(PATH, 'session', (c) => c.redirect('/defects', 303))
}

async function changeTicked(c: Ctx, deps: Deps): Promise<Response> {
  const form = await c.req.formData()
  const field = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const back = field('back').startsWith('/defects') ? ownPath(field('back')) : '/defects'
  const ids = readIds(form.getAll('id'))
  const asked = await readChange(deps, field('change'), field('reason'))
  const obstacle =
    ids.length === 0
      ? 'Select the defects to change first.'
      : ids.length > MOST_AT_ONCE
        ? `${ids.length} defects are too many for one change; ${MOST_AT_ONCE} are the most.`
        : asked
          ? undefined
          : 'Choose what to set.'
  if (obstacle || !asked) {
    say(c, `Nothing was changed. ${obstacle}`)
    return c.redirect(back, 303)
  }
  await mustMayChangeDefects(c, deps.store.db, ids)
  const { change, what } = asked
  if (ids.length > ASKED_FIRST && !isConfirmed(field)) {
    const fields = { change: field('change'), reason: field('reason'), back }
    const title = `Change ${ids.length} defects`
    return show(c, deps, title, <BulkConfirmPage {...{ ids, what, fields, back, csrfToken: csrfTokenOf(c) }} />)
  }
  const actor = auditActorOf(c, deps.config)
  const { changed, same, refused } = await changeDefects(deps, { ids, actor, now: deps.clock(), change })
  if (refused.length > 0)
    return show(
      c,
      deps,
      'Not all changed',
      <BulkResultPage {...{ what, refused, back }} changed={changed.length} same={same.length} />,
    )
  const already = same.length > 0 ? ` ${counted(same.length, 'defect was', 'defects were')} so already.` : ''
  say(c, `Set ${what} for ${counted(changed.length, 'defect')}.${already}`)
  return c.redirect(back, 303)
}

const show = (c: Ctx, deps: Deps, title: string, content: Child): Promise<Response> =>
  page(c, deps, { title, active: 'defects', crumbs: [{ text: 'Defects', href: '/defects' }, { text: title }] }, content)

/** Each once, in the order of the rows. */
const readIds = (given: readonly unknown[]): number[] => [
  ...new Set(given.flatMap((id) => (typeof id === 'string' && /^[1-9]\d{0,14}$/.test(id) ? Number(id) : []))),
]

/** `status:triaged`, `severity:S2`, `owner:3`, `owner:` for nobody; with the words for it. */
async function readChange(
  deps: Deps,
  text: string,
  reason: string,
): Promise<{ change: SharedChange; what: string } | undefined> {
  const [, kind, value = ''] = /^(status|severity|owner):(.*)$/.exec(text) ?? []
  if (kind === 'status') {
    const status = STATUSES.find((one) => one === value)
    return status && { change: { kind, status, reason }, what: `the status to ${statusWord(status)}` }
  }
  if (kind === 'severity') {
    const severity = SEVERITIES.find((one) => one === value)
    return severity && { change: { kind, severity }, what: `the severity to ${severity}` }
  }
  if (kind !== 'owner') return undefined
  if (value === '') return { change: { kind: 'assignee', userId: null }, what: 'the owner to nobody' }
  const person = (await listActiveUsers(deps.store.reader)).find(({ id }) => String(id) === value)
  return person && { change: { kind: 'assignee', userId: person.id }, what: `the owner to ${person.name}` }
}
