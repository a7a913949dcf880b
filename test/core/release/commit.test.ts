import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCommitId, mergeCommits } from '../../../src/core/release/commit.ts'

test('of two statements about a commit what tells more holds', () => {
  const listed = { sha: 'a', message: 'Retry', author: 'Ana', files: ['src/b.ts'] }
  const pushed = { sha: 'a', message: 'Retry\n\nonce', at: 5, files: ['src/a.ts', 'src/b.ts'] }
  expect(mergeCommits(listed, pushed)).toEqual({
    sha: 'a',
    message: 'Retry\n\nonce',
    author: 'Ana',
    at: 5,
    files: ['src/a.ts', 'src/b.ts'],
  })
})

test('statements about a commit merge to the same whatever the order, the grouping and the repetitions', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const commit = fc.record({
    sha: fc.constant('a'),
    message: maybe(fc.constantFrom('x', 'y', 'longer')),
    author: maybe(fc.constantFrom('ana', 'ben')),
    at: maybe(fc.nat({ max: 2 })),
    files: maybe(fc.array(fc.constantFrom('p', 'q', 'r'), { maxLength: 2 })),
  })
  fc.assert(
    fc.property(commit, commit, commit, (a, b, c) => {
      expect(mergeCommits(a, b)).toEqual(mergeCommits(b, a))
      expect(mergeCommits(mergeCommits(a, b), c)).toEqual(mergeCommits(a, mergeCommits(b, c)))
      expect(mergeCommits(mergeCommits(a, b), b)).toEqual(mergeCommits(a, b))
    }),
  )
})

test('a commit is named by forty digits', () => {
  expect(isCommitId('0123456789abcdef0123456789abcdef01234567')).toBe(true)
  expect(['a'.repeat(39), 'a'.repeat(41), 'g'.repeat(40), 'A'.repeat(40), '4.18.0'].some(isCommitId)).toBe(false)
})
