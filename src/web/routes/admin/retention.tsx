import {
  limitLabel,
  RetentionPage,
  type RetentionValues,
  ShorterPage,
} from '../../../../views/admin/retention-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { LIMITS, type Retention, retentionOf } from '../../../core/inbound/retention.ts'
import { countPrunable } from '../../../operations/retention/prune.ts'
import { findPruningRecord } from '../../../operations/retention/pruning-record.ts'
import {
  findRetention,
  type LimitProblem,
  retentionProblems,
  setRetention,
} from '../../../operations/retention/retention-setting.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/sign-in-request.ts'
import { isConfirmed } from '../confirmed.tsx'

const PATH = '/admin/retention'
const CRUMBS = [{ text: 'Admin', href: '/admin' }]
/** Whatever there is, is older. */
const ANYTHING: Retention = { bodiesDays: 0, failedDays: 0, deliveriesDays: 0, notificationsDays: 0, reportsDays: 0 }

/** How long things are kept: what was configured, or what admins set in its place. */
export function registerRetentionRoutes(routes: Routes, deps: Deps): void {
  const { store, config } = deps

  routes.get(PATH, { role: 'admin' }, async (c) => {
    const { set } = await findRetention(store.db, config.retention)
    return await show(c, deps, valuesOf(set), noProblems)
  })

  routes.post(PATH, { role: 'admin', recent: true }, async (c) => {
    const form = await readForm(c)
    const typed = valuesIn(form)
    const wanted = wantedIn(typed)
    const problems = retentionProblems(config.retention, wanted)
    if (problems.length > 0) return await show(c, deps, typed, fieldsOf(problems))
    const { retention: now } = await findRetention(store.db, config.retention)
    const after = retentionOf(config.retention, wanted)
    if (!isConfirmed(form) && LIMITS.some((limit) => after[limit] < now[limit]))
      return await askFirst(c, deps, typed, now, after)
    const asked = { by: auditActorOf(c, config), now: deps.clock() }
    const outcome = await setRetention(store, config.retention, wanted, asked)
    if (outcome.kind === 'refused') return await show(c, deps, typed, fieldsOf(outcome.problems))
    if (outcome.kind === 'overtaken')
      return await show(c, deps, typed, {
        fields: {},
        form: 'Nothing was changed. Somebody else set these in the same moment: look again, and save again.',
      })
    deps.log.info({ requestId: c.get('requestId') }, 'how long things are kept was set')
    return c.redirect(PATH, 303)
  })
}

const valuesIn = (form: (name: string) => string): RetentionValues =>
  Object.fromEntries(LIMITS.map((limit) => [limit, form(limit).trim()])) as Record<keyof Retention, string>

const valuesOf = (set: Partial<Retention>): RetentionValues =>
  Object.fromEntries(LIMITS.map((limit) => [limit, set[limit]?.toString() ?? ''])) as Record<keyof Retention, string>

/** Empty: as configured. What is no number is refused later, as NaN. */
const wantedIn = (values: RetentionValues): Partial<Retention> =>
  Object.fromEntries(
    LIMITS.flatMap((limit) =>
      values[limit] === '' ? [] : [[limit, /^\d{1,6}$/.test(values[limit]) ? Number(values[limit]) : Number.NaN]],
    ),
  )

const fieldsOf = (problems: readonly LimitProblem[]): FormProblems => ({
  fields: Object.fromEntries(problems.map(({ path, message }) => [path, `${limitLabel(path)}: ${message}.`])),
})

async function show(c: Ctx, deps: Deps, values: RetentionValues, problems: FormProblems): Promise<Response> {
  const { store, config } = deps
  const found = await findRetention(store.db, config.retention)
  const now = deps.clock()
  const counts =
    c.req.query('count') === undefined
      ? undefined
      : {
          // What came in this very millisecond is there as well.
          all: await countPrunable(store, ANYTHING, now + 1),
          old: await countPrunable(store, found.retention, now),
        }
  return await page(
    c,
    deps,
    {
      title: 'Retention',
      active: 'admin',
      crumbs: [...CRUMBS, { text: 'Retention' }],
      status: problems === noProblems ? 200 : 422,
    },
    <RetentionPage
      configured={config.retention}
      found={found}
      counts={counts}
      pruned={await findPruningRecord(store.db)}
      values={values}
      problems={problems}
      csrfToken={csrfTokenOf(c)}
      now={now}
    />,
  )
}

/** What a shorter limit would take at once. */
async function askFirst(
  c: Ctx,
  deps: Deps,
  values: RetentionValues,
  before: Retention,
  after: Retention,
): Promise<Response> {
  const now = deps.clock()
  return await page(
    c,
    deps,
    {
      title: 'Keep less',
      active: 'admin',
      crumbs: [...CRUMBS, { text: 'Retention', href: PATH }, { text: 'Keep less' }],
    },
    <ShorterPage
      before={before}
      after={after}
      goes={{
        before: await countPrunable(deps.store, before, now),
        after: await countPrunable(deps.store, after, now),
      }}
      values={values}
      csrfToken={csrfTokenOf(c)}
    />,
  )
}
