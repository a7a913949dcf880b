import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commitMentions } from '../../../src/core/release/commit-message.ts'

const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const other = '1b7e44c09d2a6f5839e0c1d2a3b4c5d6e7f80912'

describe('commits that a message takes back', () => {
  test.each<[string, string[]]>([
    [`Revert "Retry capture once"\n\nThis reverts commit ${sha}.`, [sha]],
    [`Revert "Retry capture once"\n\nThis reverts commit ${sha.toUpperCase()}.`, [sha]],
    ['Take it back. This reverts commit 9f3c2ab', ['9f3c2ab']],
    [`This reverts commits ${sha} and ${other}.`, [sha, other]],
    [`This reverts commits ${sha}, 9f3c2ab, and ${other}`, [sha, '9f3c2ab', other]],
    [`This reverts commit ${sha}, reversing\nchanges made to ${other}.`, [sha]],
    [`This reverts\ncommit ${sha}`, [sha]],
    [`This reverts commit ${sha}.\nThis reverts commit ${sha}.`, [sha]],
    [`(cherry picked from commit ${sha})`, []],
    ['This reverts commit 9f3c2a', []],
    ['This reverts merge request !7', []],
    ['Reverts the change of yesterday', []],
    [`Later on, ${sha} was reverted`, []],
    ['', []],
  ])('%j: %j', (message, reverts) => {
    expect(commitMentions(message).reverts).toEqual(reverts)
  })
})

describe('subjects that a message takes back', () => {
  test.each<[string, string[]]>([
    ['Revert "Retry capture once"', ['Retry capture once']],
    ['Revert "Retry capture once" (#412)', ['Retry capture once']],
    ['revert: “Retry capture once”.', ['Retry capture once']],
    ['Revert "Revert "Retry capture once""', ['Revert "Retry capture once"']],
    ['Revert the retry', []],
    ['Revert ""', []],
    ['Do not revert "Retry capture once"', []],
    ['Retry\n\nRevert "Retry capture once"', []],
  ])('%j: %j', (message, subjects) => {
    expect(commitMentions(message).revertedSubjects).toEqual(subjects)
  })
})

describe('commits whose fault a message mends', () => {
  test.each<[string, string[]]>([
    [`net: do not leak\n\nFixes: ${sha} ("net: retry")\nSigned-off-by: Ana`, [sha]],
    ['x\n\nFixes: 9f3c2ab41d5e ("a")\nFixes: 1b7e44c09d2a ("b")', ['9f3c2ab41d5e', '1b7e44c09d2a']],
    ['x\n\n  fixes: commit 9F3C2AB', ['9f3c2ab']],
    ['Fixes: 123456789012', ['123456789012']],
    ['Fixes: 1234567', []],
    ['Fixes: #1234567', []],
    ['Fixes: https://github.com/acme/checkout-api/issues/1234567', []],
    ['Fixes: 9f3c2ab4-1d5e-8f70', []],
    ['This Fixes: 9f3c2ab', []],
    ['Fixes 9f3c2ab', []],
  ])('%j: %j', (message, fixes) => {
    expect(commitMentions(message).fixes).toEqual(fixes)
  })
})

test('a message names at most twenty of each', () => {
  const shas = Array.from({ length: 30 }, (_, i) => `${'a'.repeat(38)}${i + 10}`)
  expect(commitMentions(shas.map((one) => `Fixes: ${one}`).join('\n')).fixes).toEqual(shas.slice(0, 20))
})

test('any text can be read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      commitMentions(`Revert "${text}"\n\nThis reverts commit ${text}\nFixes: ${text}`)
    }),
  )
})

test.each([
  ['spaces', `Revert "a" ${' '.repeat(100_000)}x`],
  ['quotes', `Revert ${'"'.repeat(100_000)}`],
  ['lists', `reverts commits ${`${sha} , `.repeat(2_000)}`],
  ['line breaks', '\n'.repeat(100_000)],
])('a long message of %s is read at once', (_, message) => {
  // Time grows with the square when a pattern backtracks; the test's own limit is what tells.
  for (let i = 0; i < 20; i++) commitMentions(message)
})
