import { expect, test } from 'vitest'
import type { LookProblem } from '../../src/core/inbound/gap-repair.ts'
import { problemSentence } from '../../views/setup/repair-words.ts'
import { day } from '../support/factories.ts'

const problems: readonly (readonly [LookProblem, string])[] = [
  [{ kind: 'unauthorised' }, 'refuses the token'],
  [{ kind: 'not-found' }, 'no such webhook'],
  [{ kind: 'moved' }, 'new address'],
  [{ kind: 'rate-limited', until: day(1.5) }, 'until 12:00.'],
  [{ kind: 'failed', status: 502 }, 'status 502'],
  [{ kind: 'unreachable', why: 'time' }, 'no answer in time'],
  [{ kind: 'unreachable', why: 'tls' }, 'certificate'],
  [
    { kind: 'refused', refusal: { why: 'address', host: 'ghes.example', address: '10.0.0.5', reach: 'private' } },
    'name the host in OUTBOUND_ALLOW',
  ],
  [{ kind: 'unreadable', what: 'no HTTP' }, 'no HTTP'],
  [
    { kind: 'elsewhere', host: 'other.example' },
    'delivers to other.example, not to an address that ends in /hooks/hub',
  ],
  [{ kind: 'elsewhere', host: '' }, 'delivers to another address'],
  [{ kind: 'switched-off' }, 'switched off at GitHub'],
  [{ kind: 'broken' }, 'log says how'],
]

test.each(problems)('%j is told in a sentence', (problem, words) => {
  const sentence = problemSentence(problem, 'hub', 'UTC')
  expect(sentence).toContain(words)
  expect(sentence).toMatch(/^[A-Za-z].*\.$/)
})
