import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  actionsFor,
  EMERGENCY_ACTIONS,
  EMERGENCY_STATES,
  isOpen,
  nextState,
  transitionOf,
} from '../../../src/core/emergency/transitions.ts'

const anyActions = fc.array(fc.constantFrom(...EMERGENCY_ACTIONS), { maxLength: 40 })

const walk = (actions: readonly (typeof EMERGENCY_ACTIONS)[number][]) => {
  const taken = []
  let state = EMERGENCY_STATES[0] as (typeof EMERGENCY_STATES)[number]
  for (const action of actions) {
    const next = nextState(state, action)
    if (!next) continue
    taken.push({ action, from: state, to: next })
    state = next
  }
  return taken
}

/** Steps that went somewhere an approval is needed for, with none since the version was last chosen. */
function unapproved(actions: readonly (typeof EMERGENCY_ACTIONS)[number][]) {
  let approved = false
  return walk(actions).filter(({ action, to }) => {
    if (action === 'approve') approved = true
    // Another version is another decision.
    if (action === 'choose-version') approved = false
    return ['approved', 'building', 'deploying', 'verifying', 'closed'].includes(to) && !approved
  })
}

test('nothing builds, deploys or is verified that was not approved before', () => {
  fc.assert(
    fc.property(anyActions, (actions) => {
      expect(unapproved(actions)).toEqual([])
    }),
  )
})

test('what has ended stays as it ended', () => {
  for (const state of EMERGENCY_STATES.filter((one) => !isOpen(one)))
    for (const action of EMERGENCY_ACTIONS) expect([undefined, state]).toContain(nextState(state, action))
})

test('every open state can be left by a person', () => {
  for (const state of EMERGENCY_STATES.filter(isOpen))
    expect(actionsFor(state).some((action) => !isOpen(nextState(state, action) ?? state))).toBe(true)
})

test('only what a deployment event or a person says makes it deployed', () => {
  expect(EMERGENCY_ACTIONS.filter((action) => transitionOf(action).to === 'verifying')).toEqual(['deployed'])
})

test('it cannot be cancelled once it is live', () => {
  expect(nextState('verifying', 'cancel')).toBeUndefined()
  expect(nextState('deploying', 'cancel')).toBe('cancelled')
})

test('what sends or declares things sent or live needs the right to fire', () => {
  expect(EMERGENCY_ACTIONS.filter((action) => transitionOf(action).fires)).toEqual([
    'approve',
    'send-again',
    'run-started',
    'run-failed',
    'deployed',
  ])
})

test('the documents show the same table', () => {
  const written = readFileSync(join(import.meta.dirname, '../../../docs/emergency.md'), 'utf8')
  const rows = EMERGENCY_ACTIONS.map((action) => {
    const { from, to, by, fires, what } = transitionOf(action)
    const who = { person: 'person', system: 'server', both: 'person or server' }[by] + (fires ? ', may fire' : '')
    return `| ${action} | ${from.join(', ')} | ${to === 'same' ? 'stays' : to} | ${who} | ${what} |`
  })
  expect(written).toContain(rows.join('\n'))
})
