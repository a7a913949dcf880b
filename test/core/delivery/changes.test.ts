import { expect, test } from 'vitest'
import { changesOf } from '../../../src/core/delivery/changes.ts'

const commit = (sha: string, message: string | null, at: number | null = null) => ({ sha, message, at })

test('the changes of a release are its commits, merges aside, with the times that are known in order', () => {
  const commits = [commit('a', 'Add a basket', 30), commit('b', null, 10), commit('c', 'Fix it'), commit('d', '', 20)]
  expect(changesOf(commits)).toEqual({ count: 4, times: [10, 20, 30] })
  expect(changesOf([])).toEqual({ count: 0, times: [] })
})

test('a merge begins with that word', () => {
  for (const message of ['Merge branch main', 'merge: it', 'MERGE'])
    expect(changesOf([commit('a', message, 1)]).count, message).toBe(0)
  for (const message of ['Merged by hand', 'Merger of two', 'Do not merge', 'merge_all'])
    expect(changesOf([commit('a', message, 1)]).count, message).toBe(1)
})

test('a commit that is listed under two names is one, with the time that either tells', () => {
  expect(changesOf([commit('a', 'Fix it'), commit('a', 'Fix it', 5)])).toEqual({ count: 1, times: [5] })
  expect(changesOf([commit('a', 'Fix it', 5), commit('a', 'Fix it')])).toEqual({ count: 1, times: [5] })
})
