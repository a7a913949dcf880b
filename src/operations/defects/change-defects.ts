import type { Asker } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { type DefectState, getDefectState, resolveDefect } from '../../store/defects/defects.ts'
import type { LiveEvents } from '../live-events.ts'
import { changeDefect, type DefectChange } from './change-defect.ts'

/** Of one request: each is a change and an activity of its own. */
export const MOST_AT_ONCE = 200

/** What may be said of many defects at once. */
export type SharedChange = Extract<DefectChange, { kind: 'status' | 'severity' | 'assignee' }>

export interface ManyChanged {
  readonly changed: readonly number[]
  /** They were so already. */
  readonly same: readonly number[]
  readonly refused: readonly { readonly id: number; readonly reason: string }[]
}

/**
 * Does to each of the defects what `changeDefect` does to one: some may be refused while others change. `ids` are few
 * enough, MOST_AT_ONCE; one that is named twice, or was merged into another of them, changes once.
 */
export async function changeDefects(
  parts: { readonly store: Store; readonly liveEvents: LiveEvents },
  request: {
    readonly ids: readonly number[]
    readonly actor: Asker
    readonly now: number
    readonly change: SharedChange
  },
): Promise<ManyChanged> {
  const changed: number[] = []
  const same: number[] = []
  const refused: { id: number; reason: string }[] = []
  const done = new Set<number>()
  for (const asked of request.ids) {
    const id = await resolveDefect(parts.store.db, asked)
    if (id === undefined) {
      refused.push({ id: asked, reason: 'There is no such defect.' })
      continue
    }
    if (done.has(id)) continue
    done.add(id)
    const before = await getDefectState(parts.store.db, id)
    const obstacle = obstacleTo(before, request.change)
    if (isSo(before, request.change)) same.push(id)
    else if (obstacle) refused.push({ id, reason: obstacle })
    else {
      const { actor, now, change } = request
      const result = await changeDefect(parts, { defectId: id, actor, now, change })
      if (result.kind === 'changed') changed.push(id)
      else refused.push({ id, reason: result.kind === 'refused' ? result.reason : 'There is no such defect.' })
    }
  }
  return { changed, same, refused }
}

function isSo(before: DefectState, change: SharedChange): boolean {
  if (change.kind === 'status') return before.status === change.status
  return change.kind === 'severity' ? before.severity === change.severity : before.assigneeId === change.userId
}

/** The page of one defect does not offer this; among many it has to be said. */
const obstacleTo = ({ status }: DefectState, change: SharedChange): string | undefined =>
  change.kind === 'status' && change.status === 'verified' && status !== 'fixed'
    ? 'It is not fixed, so there is nothing to verify.'
    : undefined
