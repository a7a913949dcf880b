import { describe, expect, test } from 'vitest'
import { openPages } from '../../support/pages.ts'
import { testStoresOn } from '../../support/stores.ts'

describe('the scope somebody last looked at', () => {
  const open = async () => {
    const { app, cookie, post, store } = await openPages(testStoresOn('sqlite'))
    const deployed = { status: 'succeeded', version: '1.0.0', finishedAt: '2026-03-02T10:00:00Z' }
    const answer = await post('/api/v1/deployments', [
      { id: 'd1', service: 'checkout-api', environment: 'production', ...deployed },
      { id: 'd2', service: 'ledger', environment: 'staging', ...deployed },
    ])
    if (!answer.ok) throw new Error(await answer.text())
    const jar = new Map<string, string>()
    const visit = async (path: string, as = cookie) => {
      const cookies = [as, ...[...jar].map(([name, value]) => `${name}=${value}`)].join('; ')
      const visited = await app.request(path, { headers: { Cookie: cookies } })
      for (const set of visited.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
        if (/max-age=0/i.test(set)) jar.delete(name)
        else jar.set(name, value)
      }
      return [visited.status, visited.headers.get('Location')]
    }
    return { visit, store, jar }
  }

  test.each([
    ['/', '/?env=staging&range=7d'],
    ['/releases', '/releases?service=ledger&range=7d'],
    ['/trends', '/trends?env=staging&service=ledger&range=30d'],
  ])('%s leads to %s again, until another is asked for', async (bare, scoped) => {
    const { visit } = await open()
    expect(await visit(bare)).toEqual([200, null])
    expect(await visit(scoped)).toEqual([200, null])
    expect(await visit(bare)).toEqual([302, scoped])
    // As the form sends it with nothing chosen.
    expect(await visit(`${bare}?env=&range=`)).toEqual([200, null])
    expect(await visit(bare)).toEqual([200, null])
  })

  test('is of its page alone', async () => {
    const { visit } = await open()
    await visit('/trends?service=ledger')
    expect(await visit('/releases')).toEqual([200, null])
  })

  test('is not kept when it does not exist', async () => {
    const { visit } = await open()
    for (const path of ['/', '/releases', '/trends']) {
      await visit(`${path}?env=nowhere`)
      expect(await visit(path)).toEqual([200, null])
    }
  })

  test('is not that of whoever sits here next', async () => {
    const { visit, jar } = await open()
    await visit('/?env=staging')
    const [name = '', value = ''] = [...jar][0] ?? []
    jar.set(name, value.replace(/^\d+/, '4711'))
    expect(await visit('/')).toEqual([200, null])
  })

  test('leads nowhere else, whatever the cookie says', async () => {
    const { visit, jar } = await open()
    await visit('/?env=staging')
    jar.set('scope_overview', encodeURIComponent('1?//evil.example/?env=x'))
    const [status, location] = await visit('/')
    expect(status).toBe(302)
    expect(location).toMatch(/^\/\?/)
  })
})
