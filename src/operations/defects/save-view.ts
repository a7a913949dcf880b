import { cleanLine } from '../../core/text/text.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  countViews,
  deleteView,
  findView,
  hasViewNamed,
  insertView,
  type SavedView,
  setFirstView,
  updateView,
} from '../../store/defects/saved-views.ts'

/** What people do with views: filters of the defects under a name. One's own are one's own; sharing shows, no more. */

export interface ViewOwner {
  readonly userId: number
  /** Who may only read keeps views to themselves. */
  readonly mayShare: boolean
  /** May also take back what others shared. */
  readonly isAdmin: boolean
}

export type ViewChange =
  | { readonly kind: 'edit'; readonly name: string; readonly shared: boolean }
  | { readonly kind: 'delete' }
  | { readonly kind: 'begin-with' }

/** Undefined: done. Else a sentence for the person who asked. */
type Refusal = string | undefined

const LONGEST_NAME = 60
const MOST_VIEWS = 50

export function saveView(
  store: Store,
  owner: ViewOwner,
  given: { readonly name: string; readonly query: string; readonly shared: boolean },
  now: number,
): Promise<Refusal> {
  return store.transaction(async (trx) => {
    const name = cleanLine(given.name, LONGEST_NAME)
    if (name === '') return 'Give the view a name.'
    if (given.shared && !owner.mayShare) return MAY_NOT_SHARE
    if (await hasViewNamed(trx, owner.userId, name)) return `You have a view called ‘${name}’ already.`
    if ((await countViews(trx, owner.userId)) >= MOST_VIEWS)
      return `You have ${MOST_VIEWS} views, which is the most there can be. Delete one first.`
    await insertView(trx, { userId: owner.userId, name, query: given.query, shared: given.shared, createdAt: now })
    return undefined
  })
}

export function changeView(store: Store, owner: ViewOwner, id: number, change: ViewChange): Promise<Refusal> {
  return store.transaction(async (trx) => {
    const view = await findView(trx, id)
    const mine = view?.userId === owner.userId
    if (!view || !(mine || view.shared)) return 'That view is there no longer.'
    switch (change.kind) {
      case 'begin-with':
        await setFirstView(trx, owner.userId, id)
        return undefined
      case 'delete':
        if (!mine && !owner.isAdmin) return notYours(view)
        await deleteView(trx, id)
        return undefined
      case 'edit':
        return mine ? await editView(trx, owner, view, change) : notYours(view)
    }
  })
}

/** From now on somebody begins with the open defects. */
export const beginWithOpen = (store: Store, userId: number): Promise<void> => setFirstView(store.db, userId, null)

async function editView(
  trx: Db,
  owner: ViewOwner,
  view: SavedView,
  { name: typed, shared }: Extract<ViewChange, { kind: 'edit' }>,
): Promise<Refusal> {
  const name = cleanLine(typed, LONGEST_NAME)
  if (name === '') return 'Give the view a name.'
  if (shared && !owner.mayShare) return MAY_NOT_SHARE
  if (name !== view.name && (await hasViewNamed(trx, owner.userId, name)))
    return `You have a view called ‘${name}’ already.`
  await updateView(trx, view.id, { name, shared })
  return undefined
}

const MAY_NOT_SHARE = 'Your role, viewer, may keep views but not share them.'
const notYours = ({ name, owner }: SavedView): string => `‘${name}’ is a view of ${owner}, who alone may change it.`
