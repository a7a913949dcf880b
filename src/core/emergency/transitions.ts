/**
 * The course of an emergency release, told once: the operations, the buttons, the documents and the tests all read this
 * table. `closed`, `cancelled` and `failed` are ends.
 */

export type EmergencyState =
  | 'requested'
  | 'approved'
  | 'building'
  | 'deploying'
  | 'verifying'
  | 'closed'
  | 'cancelled'
  | 'failed'

export const EMERGENCY_STATES: readonly EmergencyState[] = [
  'requested',
  'approved',
  'building',
  'deploying',
  'verifying',
  'closed',
  'cancelled',
  'failed',
]

export interface Transition {
  readonly from: readonly EmergencyState[]
  /** `same`: what is known changes, the state does not. */
  readonly to: EmergencyState | 'same'
  /** Who may do it: a person or a program on behalf of one, the server by itself, or both. */
  readonly by: 'person' | 'system' | 'both'
  /** Needs the right to fire: release managers and admins. */
  readonly fires: boolean
  /** What happens, for the documents. */
  readonly what: string
}

const OPEN: readonly EmergencyState[] = ['requested', 'approved', 'building', 'deploying', 'verifying']
const ENDED: readonly EmergencyState[] = ['closed', 'cancelled', 'failed']
const RUNNING: readonly EmergencyState[] = ['approved', 'building', 'deploying']

export const TRANSITIONS = {
  approve: {
    from: ['requested'],
    to: 'approved',
    by: 'person',
    fires: true,
    what: 'Somebody who may approves; the request to CI is written down in the same transaction.',
  },
  'choose-version': {
    from: ['requested', 'approved'],
    to: 'requested',
    by: 'person',
    fires: false,
    what: 'Another version is chosen; it has to be approved anew.',
  },
  'send-again': {
    from: ['approved'],
    to: 'same',
    by: 'person',
    fires: true,
    what: 'A person says that no run started, or that the run failed, and has a new request sent under a new key.',
  },
  'run-started': {
    from: ['approved'],
    to: 'building',
    by: 'both',
    fires: true,
    what: 'CI took the request, a run with our key was found, or a person says that one started.',
  },
  'not-sent': {
    from: ['approved'],
    to: 'same',
    by: 'system',
    fires: false,
    what: 'CI refused the request; no run started. A person decides.',
  },
  'not-known': {
    from: ['approved'],
    to: 'same',
    by: 'system',
    fires: false,
    what: 'Nobody can tell whether a run started. A person decides; nothing is sent by itself.',
  },
  'deployment-began': {
    from: ['approved', 'building'],
    to: 'deploying',
    by: 'system',
    fires: false,
    what: 'CI or a deployment event says that the deployment is under way.',
  },
  'run-failed': {
    from: ['building', 'deploying'],
    to: 'approved',
    by: 'both',
    fires: true,
    what: 'The run or the deployment failed. A person tries again, chooses another version, or gives up.',
  },
  deployed: {
    from: RUNNING,
    to: 'verifying',
    by: 'both',
    fires: true,
    what: 'A deployment event says that the version is live, or a person does. A green run alone never does.',
  },
  verify: {
    from: ['verifying'],
    to: 'same',
    by: 'person',
    fires: false,
    what: 'The checks passed and a person says that it worked, or checked by hand and says why.',
  },
  recur: {
    from: ['verifying'],
    to: 'same',
    by: 'system',
    fires: false,
    what: 'A linked defect was seen again, or a new grave one; it no longer counts as verified.',
  },
  close: {
    from: ['verifying'],
    to: 'closed',
    by: 'person',
    fires: false,
    what: 'Once verified: linked defects become fixed in the version, and the lock is released.',
  },
  cancel: {
    from: ['requested', 'approved', 'building', 'deploying'],
    to: 'cancelled',
    by: 'person',
    fires: false,
    what: 'It is not wanted any more. A run that CI has started is not stopped by it.',
  },
  'give-up': {
    from: ['approved', 'building', 'deploying', 'verifying'],
    to: 'failed',
    by: 'person',
    fires: false,
    what: 'It did not work; the reason is kept.',
  },
  note: {
    from: [...OPEN, ...ENDED],
    to: 'same',
    by: 'person',
    fires: false,
    what: 'Something for the timeline.',
  },
  review: {
    from: ENDED,
    to: 'same',
    by: 'person',
    fires: false,
    what: 'What was learned; required after a break-glass approval.',
  },
} as const satisfies Record<string, Transition>

export type EmergencyAction = keyof typeof TRANSITIONS
export const EMERGENCY_ACTIONS = Object.keys(TRANSITIONS) as EmergencyAction[]

export const transitionOf = (action: EmergencyAction): Transition => TRANSITIONS[action]

/** The state after an action; undefined when it is not possible there. */
export function nextState(state: EmergencyState, action: EmergencyAction): EmergencyState | undefined {
  const { from, to } = transitionOf(action)
  if (!from.includes(state)) return undefined
  return to === 'same' ? state : to
}

/** While it is, no other one may be open for the same service and environment, and that place is locked. */
export const isOpen = (state: EmergencyState): boolean => OPEN.includes(state)

/** What the table allows a person in this state, in the table's order; circumstances may allow less. */
export const actionsFor = (state: EmergencyState): EmergencyAction[] =>
  EMERGENCY_ACTIONS.filter((action) => {
    const { from, by } = transitionOf(action)
    return by !== 'system' && from.includes(state)
  })
