import { describe, expect, test } from 'vitest'
import { type Actor, type ApprovalPolicy, judgeApproval, usualApproval } from '../../../src/core/emergency/approval.ts'

const NOW = 1_000_000_000
const ana: Actor = { id: 'user:1', name: 'Ana', kind: 'person', mayFire: true, signedInAt: NOW - 1 }
const script: Actor = { id: 'token:1', name: 'Script', kind: 'token', mayFire: true, signedInAt: undefined }
const production = usualApproval('production')

const judge = (
  policy: ApprovalPolicy,
  facts: { openedBy?: string; actor?: Actor; s1Open?: boolean; reason?: string } = {},
) => judgeApproval(policy, { openedBy: 'user:2', actor: ana, s1Open: false, reason: '', ...facts }, NOW)

describe('an approval', () => {
  test('in production takes a second person', () => {
    expect(judge(production)).toEqual({ kind: 'allowed', as: 'second-person' })
    expect(judge(production, { openedBy: 'user:1' })).toEqual({ kind: 'needs-reason' })
  })

  test('elsewhere may be of an own request', () => {
    expect(judge(usualApproval('staging'), { openedBy: 'user:1' })).toEqual({ kind: 'allowed', as: 'own-request' })
  })

  test('may be of an own request while an S1 is open, where the policy says so', () => {
    const policy: ApprovalPolicy = { ownRequests: 'while-s1-open', breakGlass: false }
    expect(judge(policy, { openedBy: 'user:1', s1Open: true })).toEqual({
      kind: 'allowed',
      as: 'own-request-while-s1-open',
    })
    expect(judge(policy, { openedBy: 'user:1' })).toEqual({ kind: 'refused', because: 'own-request' })
  })

  test('breaks the glass with a reason, where that is allowed', () => {
    const own = { openedBy: 'user:1', reason: 'Nobody else is awake.' }
    expect(judge(production, own)).toEqual({ kind: 'allowed', as: 'break-glass' })
    expect(judge(production, { ...own, reason: '  ' })).toEqual({ kind: 'needs-reason' })
    expect(judge({ ...production, breakGlass: false }, own)).toEqual({ kind: 'refused', because: 'own-request' })
  })

  test('needs the right to fire and a fresh sign-in', () => {
    const refused = (actor: Actor) => judge(usualApproval('other'), { actor })
    expect(refused({ ...ana, mayFire: false })).toEqual({ kind: 'refused', because: 'role' })
    expect(refused({ ...ana, signedInAt: NOW - 600_001 })).toEqual({ kind: 'refused', because: 'sign-in' })
    expect(refused({ ...ana, signedInAt: NOW + 1 })).toEqual({ kind: 'refused', because: 'sign-in' })
    expect(refused({ ...ana, signedInAt: NOW - 600_000 })).toEqual({ kind: 'allowed', as: 'second-person' })
  })

  test('of a token is never that of the second person', () => {
    expect(judge(production, { actor: script })).toEqual({ kind: 'refused', because: 'token' })
    expect(judge(usualApproval('staging'), { actor: script, openedBy: 'token:1' }).kind).toBe('allowed')
  })
})
