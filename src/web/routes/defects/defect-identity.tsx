import { MergePage } from '../../../../views/defects/merge-page.tsx'
import { SplitPage } from '../../../../views/defects/split-page.tsx'
import { defectPath } from '../../../../views/paths.ts'
import { likelySame } from '../../../core/defect/merge-candidates.ts'
import {
  type IdentityResult,
  mergeDefects,
  splitDefect,
  takeBackIdentity,
} from '../../../operations/defects/merge-defects.ts'
import { type DefectDetails, findDefect, listReports } from '../../../store/defects/defect-queries.ts'
import { resolveDefect } from '../../../store/defects/defects.ts'
import { listNearby } from '../../../store/defects/merge-candidates.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { previewMerge, previewSplit } from '../../pages/defect-parts.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChangeDefects } from '../../service-limit.ts'
import { readForm } from '../account/login.tsx'
import { readDefectId, showDefect, userOf } from './defects.tsx'

const MOST_CANDIDATES = 8
/** What the page of a split lets people choose from. */
const MOST_REPORTS = 500

/** Pages on which a person says that two defects are one, or that one is two; each says first what will be true then. */
export function registerDefectIdentityRoutes(routes: Routes, deps: Deps): void {
  routes.get('/defects/:id/merge', 'session', (c) => showMerge(c, deps, { into: c.req.query('into') ?? '' }))
  routes.post('/defects/:id/merge', { role: 'engineer', perService: true }, async (c) => {
    const form = await readForm(c)
    const [fromId, intoId] = [readDefectId(c.req.param('id')), readDefectId(form('into'))]
    if (fromId === undefined) return await notFound(c)
    const given = { into: form('into'), reason: form('reason') }
    if (intoId === undefined) return showMerge(c, deps, { ...given, problem: 'Write the number as PF-1284.' })
    await mustMayChangeDefects(c, deps.store.db, [fromId, intoId])
    const asking = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    const result = await mergeDefects(deps, { fromId, intoId, reason: given.reason, ...asking })
    return answer(c, result, (reason) => showMerge(c, deps, { ...given, problem: reason }))
  })

  routes.get('/defects/:id/split', 'session', (c) =>
    showSplit(c, deps, { reportIds: numbersIn(c.req.queries('report')), asked: c.req.query('report') !== undefined }),
  )
  routes.post('/defects/:id/split', { role: 'engineer', perService: true }, async (c) => {
    const form = await c.req.parseBody({ all: true })
    const defectId = readDefectId(c.req.param('id'))
    if (defectId === undefined) return await notFound(c)
    await mustMayChangeDefects(c, deps.store.db, [defectId])
    const reportIds = numbersIn([form.report ?? []].flat())
    const reason = typeof form.reason === 'string' ? form.reason : ''
    const asking = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    const result = await splitDefect(deps, { defectId, reportIds, reason, ...asking })
    return answer(
      c,
      result,
      (problem) => showSplit(c, deps, { reportIds, reason, problem, asked: true }),
      (changed) => changed.other,
    )
  })

  routes.post('/defects/:id/identity', { role: 'engineer', perService: true }, async (c) => {
    const form = await readForm(c)
    const [wordId] = numbersIn([form('word')])
    const id = readDefectId(c.req.param('id'))
    if (id === undefined || wordId === undefined) return await notFound(c)
    await mustMayChangeDefects(c, deps.store.db, [id])
    const asking = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    const result = await takeBackIdentity(deps, { defectId: id, wordId, ...asking })
    return answer(c, result, (reason) => showDefect(c, deps, { action: 'identity', reason, given: form }))
  })
  routes.get('/defects/:id/identity', 'session', (c) =>
    c.redirect(defectPath(readDefectId(c.req.param('id')) ?? 0), 303),
  )
}

async function answer(
  c: Ctx,
  result: IdentityResult,
  refuse: (reason: string) => Promise<Response>,
  next = (changed: { defectId: number; other: number }) => changed.defectId,
): Promise<Response> {
  switch (result.kind) {
    case 'changed':
      return c.redirect(defectPath(next(result)), 303)
    case 'not-found':
      return await notFound(c)
    case 'refused':
    case 'conflict':
      return refuse(result.reason)
  }
}

/** The defect of the address where it may be changed; else what to answer. */
async function defectOf(c: Ctx, deps: Deps): Promise<DefectDetails | Response> {
  const id = readDefectId(c.req.param('id'))
  const survivor = id === undefined ? undefined : await resolveDefect(deps.store.reader, id)
  const defect = survivor === undefined ? undefined : await findDefect(deps.store.reader, survivor)
  if (!defect) return await notFound(c)
  // Who may only read has no business here.
  if (userOf(c).role === 'viewer' || defect.id !== id) return c.redirect(defectPath(defect.id), 303)
  return defect
}

interface MergeForm {
  /** As it was written; empty before one was chosen. */
  readonly into: string
  readonly reason?: string
  readonly problem?: string
}

async function showMerge(c: Ctx, deps: Deps, form: MergeForm): Promise<Response> {
  const defect = await defectOf(c, deps)
  if (defect instanceof Response) return defect
  const db = deps.store.reader
  const given = readDefectId(form.into)
  const intoId = given === undefined ? undefined : await resolveDefect(db, given)
  const chosen = intoId === undefined || intoId === defect.id ? undefined : await findDefect(db, intoId)
  const problem = form.problem ?? (form.into === '' || chosen ? undefined : whyNot(form.into, given, intoId))
  return page(
    c,
    deps,
    {
      title: `Merge PF-${defect.id}`,
      active: 'defects',
      crumbs: [...crumbsTo(defect), { text: 'Merge' }],
      status: problem ? 422 : 200,
    },
    <MergePage
      defect={defect}
      into={chosen}
      after={chosen && (await previewMerge(db, defect.id, chosen.id))}
      candidates={chosen ? [] : likelySame(defect, await listNearby(db, defect), MOST_CANDIDATES)}
      given={form}
      problem={problem}
      csrfToken={userOf(c).csrfToken}
      now={deps.clock()}
    />,
  )
}

function whyNot(into: string, given: number | undefined, found: number | undefined): string {
  if (given === undefined) return 'Write the number as PF-1284.'
  return found === undefined
    ? `There is no defect ${into.slice(0, 40)}.`
    : `${into.slice(0, 40)} is this defect itself.`
}

interface SplitForm {
  readonly reportIds: readonly number[]
  /** Some were chosen, or none by mistake. */
  readonly asked: boolean
  readonly reason?: string
  readonly problem?: string
}

async function showSplit(c: Ctx, deps: Deps, { reportIds, asked, reason = '', ...form }: SplitForm): Promise<Response> {
  const defect = await defectOf(c, deps)
  if (defect instanceof Response) return defect
  const db = deps.store.reader
  const reports = await listReports(db, defect.id, MOST_REPORTS)
  const parts = asked ? await previewSplit(db, defect.id, reportIds) : undefined
  const problem = form.problem ?? (asked && !parts ? 'Choose some of the reports and leave at least one.' : undefined)
  return page(
    c,
    deps,
    {
      title: `Split PF-${defect.id}`,
      active: 'defects',
      crumbs: [...crumbsTo(defect), { text: 'Split' }],
      status: problem ? 422 : 200,
    },
    <SplitPage
      defect={defect}
      reports={reports}
      chosen={reportIds}
      parts={parts}
      reason={reason}
      problem={problem}
      csrfToken={userOf(c).csrfToken}
      now={deps.clock()}
    />,
  )
}

const crumbsTo = ({ id }: DefectDetails) => [
  { text: 'Defects', href: '/defects' },
  { text: `PF-${id}`, href: defectPath(id) },
]

const numbersIn = (texts: readonly unknown[] | undefined): number[] =>
  (texts ?? []).flatMap((text) => (typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : []))
