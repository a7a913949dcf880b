import { describe, expect, test } from 'vitest'
import { GroupCommit, type GroupCommitLimits, Overloaded } from '../../../src/store/inbox/group-commit.ts'

const limits = { rows: 10, bytes: 1_000 }

/** A disk whose commits finish when the test says so. */
function aDisk(limitsOf: GroupCommitLimits = limits) {
  const commits: { rows: readonly string[]; finish: (error?: Error) => void }[] = []
  const group = new GroupCommit<string, string>(
    (rows) =>
      new Promise((resolve, reject) => {
        commits.push({ rows, finish: (error) => (error ? reject(error) : resolve(rows.map((row) => `kept ${row}`))) })
      }),
    (row) => row.length,
    limitsOf,
  )
  const nextCommit = async () => {
    for (let i = 0; i < 50 && commits.length === 0; i++) await new Promise((resolve) => setImmediate(resolve))
    return commits.shift() as (typeof commits)[number]
  }
  return { group, nextCommit, commits }
}

describe('group commit', () => {
  test('gathers what comes while one commit is under way into the next', async () => {
    const { group, nextCommit } = aDisk()
    const first = group.add('a')
    const one = await nextCommit()
    const others = ['b', 'c', 'd'].map((row) => group.add(row))
    expect(one.rows).toEqual(['a'])
    one.finish()
    expect(await first).toBe('kept a')
    const two = await nextCommit()
    expect(two.rows).toEqual(['b', 'c', 'd'])
    two.finish()
    expect(await Promise.all(others)).toEqual(['kept b', 'kept c', 'kept d'])
  })

  test('answers nobody before the commit is done', async () => {
    const { group, nextCommit } = aDisk()
    let answered = false
    const adding = group.add('a').then(() => {
      answered = true
    })
    const commit = await nextCommit()
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    commit.finish()
    await adding
    expect(answered).toBe(true)
  })

  test('hands a second batch over before the first is done, when told to, and a third only then', async () => {
    const { group, nextCommit, commits } = aDisk({ ...limits, batches: 2 })
    const first = group.add('a')
    const one = await nextCommit()
    const second = group.add('b')
    const two = await nextCommit()
    const third = [group.add('c'), group.add('d')]
    await new Promise((resolve) => setImmediate(resolve))
    expect(commits).toEqual([])
    expect(group.waiting).toBe(4)
    two.finish()
    expect(await second).toBe('kept b')
    const three = await nextCommit()
    expect(three.rows).toEqual(['c', 'd'])
    one.finish()
    three.finish()
    expect(await Promise.all([first, ...third])).toEqual(['kept a', 'kept c', 'kept d'])
    expect(group.waiting).toBe(0)
  })

  test('does not hand a second batch over while it is smaller than the first', async () => {
    const { group, nextCommit, commits } = aDisk({ ...limits, batches: 2 })
    const first = ['a', 'b'].map((row) => group.add(row))
    const one = await nextCommit()
    const second = [group.add('c')]
    await new Promise((resolve) => setImmediate(resolve))
    expect(commits).toEqual([])
    second.push(group.add('d'))
    const two = await nextCommit()
    expect(two.rows).toEqual(['c', 'd'])
    const third = group.add('e')
    one.finish()
    expect(await Promise.all(first)).toEqual(['kept a', 'kept b'])
    expect(commits).toEqual([])
    two.finish()
    expect(await Promise.all(second)).toEqual(['kept c', 'kept d'])
    const three = await nextCommit()
    three.finish()
    expect(await third).toBe('kept e')
  })

  test('has handed the next batch over by the time a caller of the last one hears', async () => {
    const { group, nextCommit, commits } = aDisk()
    const first = group.add('a')
    const one = await nextCommit()
    const second = group.add('b')
    const handedOver = first.then(() => commits.map(({ rows }) => rows))
    await new Promise((resolve) => setImmediate(resolve))
    one.finish()
    expect(await handedOver).toEqual([['b']])
    ;(await nextCommit()).finish()
    await second
  })

  test('refuses past the limits, and takes in again afterwards', async () => {
    const { group, nextCommit } = aDisk({ rows: 2, bytes: 1_000 })
    const first = group.add('a')
    const commit = await nextCommit()
    const waiting = [group.add('b'), group.add('c')]
    await expect(group.add('d')).rejects.toBeInstanceOf(Overloaded)
    commit.finish()
    await first
    const next = await nextCommit()
    const again = group.add('e')
    next.finish()
    await Promise.all(waiting)
    ;(await nextCommit()).finish()
    expect(await again).toBe('kept e')
  })

  test('counts bytes as well as rows', async () => {
    const { group } = aDisk({ rows: 10, bytes: 5 })
    group.add('aaaa').catch(() => {})
    await expect(group.add('bb')).rejects.toBeInstanceOf(Overloaded)
  })

  test('tries the rows of a failed batch alone, so that one bad row sinks no other', async () => {
    const group = new GroupCommit<string, string>(
      async (rows) => {
        if (rows.includes('bad')) throw new Error('cannot keep it')
        return rows.map((row) => `kept ${row}`)
      },
      (row) => row.length,
      limits,
    )
    const results = await Promise.allSettled(['a', 'bad', 'c'].map((row) => group.add(row)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('tells of what is committed, and not of what was only tried', async () => {
    const group = new GroupCommit<string, string>(
      async (rows) => {
        if (rows.includes('bad')) throw new Error('cannot keep it')
        return rows.map((row) => `kept ${row}`)
      },
      (row) => row.length,
      limits,
    )
    const commits: number[] = []
    group.onCommit(({ rows }) => commits.push(rows))
    await Promise.allSettled(['a', 'bad', 'c'].map((row) => group.add(row)))
    await Promise.allSettled([group.add('bad')])
    await group.close()
    expect(commits).toEqual([2])
  })

  test('does not hammer a full disk with every single row', async () => {
    let commits = 0
    const failures: unknown[] = []
    const group = new GroupCommit<string, string>(
      async () => {
        commits++
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      },
      (row) => row.length,
      limits,
    )
    group.onFailure((error) => failures.push(error))
    const results = await Promise.allSettled(['a', 'b', 'c'].map((row) => group.add(row)))
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(commits).toBe(1)
    expect(failures).toHaveLength(1)
  })

  test('waits, when it closes, for all that is being committed', async () => {
    const { group, nextCommit } = aDisk({ ...limits, batches: 2 })
    const adding = [group.add('a')]
    const one = await nextCommit()
    adding.push(group.add('b'))
    const two = await nextCommit()
    let closed = false
    const closing = group.close().then(() => {
      closed = true
    })
    two.finish()
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toBe(false)
    one.finish()
    await closing
    expect(await Promise.all(adding)).toEqual(['kept a', 'kept b'])
  })

  test('commits what is waiting when it closes, then refuses', async () => {
    const { group, nextCommit } = aDisk()
    const adding = group.add('a')
    const closing = group.close()
    ;(await nextCommit()).finish()
    await closing
    expect(await adding).toBe('kept a')
    await expect(group.add('b')).rejects.toBeInstanceOf(Overloaded)
  })
})
