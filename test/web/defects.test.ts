import { describe, expect, test } from 'vitest'
import { day } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/** 4.17.3 and 4.18.0 in production, and PF-1 seen right after 4.18.0. */
async function withOneDefect() {
  const pages = await openHistory()
  await pages.tell('deployments', deployed('4.17.3', day(80)), deployed('4.18.0', day(90)))
  await pages.tell('defects', seen('Capture fails with 409', day(90.01), { severity: 'S1', introducedIn: '4.18.0' }))
  return pages
}

const HOSTILE = `"><img src=x onerror=alert(1)> <script>alert('x')</script> ${'{{'}7*7}}`

describe('the times of a defect', () => {
  test('stand apart among its details; a person sets one, and the page says so and how it was done', async () => {
    const { read, fillIn } = await withOneDefect()
    const set = (at: string) => fillIn('/defects/PF-1', '/defects/PF-1/times', { time: 'mitigated', at })
    expect(textOf(await read('/defects/PF-1'))).toMatch(/Acknowledged Not yet Mitigated Nobody said Resolved Not yet/)
    expect((await set('2026-05-30T06:30')).status).toBe(303)
    const words = textOf(await read('/defects/PF-1'))
    expect(words).toMatch(/Mitigated .*06:30.*, said Ana/)
    expect(words).toContain('Ana set when it was mitigated')
    await set('')
    const taken = textOf(await read('/defects/PF-1'))
    expect(taken).toContain('Mitigated Nobody said')
    expect(taken).toContain('Ana took back when it was mitigated')
  })

  test('a time that cannot be is refused where it was given', async () => {
    const { fillIn } = await withOneDefect()
    const given = { time: 'resolved', at: '2026-05-30T06:30' }
    const refused = await fillIn('/defects/PF-1', '/defects/PF-1/times', given)
    expect(refused.status).toBe(422)
    const page = await refused.text()
    expect(textOf(page)).toContain('Nothing was changed. It is not resolved yet')
    expect(page).toContain('value="2026-05-30T06:30"')
  })
})

describe('the list of defects', () => {
  test('shows open ones, worst and newest first', async () => {
    const { tell, read } = await openHistory()
    await tell(
      'defects',
      seen('Cosmetic flaw', day(95), { severity: 'S4' }),
      seen('Older outage', day(50), { severity: 'S1' }),
      seen('Newer outage', day(60), { severity: 'S1' }),
      seen('Done with', day(70), { severity: 'S1', status: 'fixed' }),
    )
    const words = textOf(await read('/defects'))
    const places = ['Newer outage', 'Older outage', 'Cosmetic flaw'].map((title) => words.indexOf(title))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(words).not.toContain('Done with')
    expect(words).toContain('1–3 of 3')
    expect(textOf(await read('/defects?status=any'))).toContain('Done with')
  })

  test('says what to do when nothing was ever reported', async () => {
    const { read } = await openHistory()
    expect(await read('/defects')).toContain('href="/setup"')
  })

  test('says which filters leave nothing, and offers to clear them', async () => {
    const { read } = await withOneDefect()
    const page = await read('/defects?severity=S2&env=production')
    expect(textOf(page)).toContain('No open S2 defects in production.')
    expect(textOf(page)).toContain('Clear filters')
  })

  test('the saved view that is shown is marked', async () => {
    const { read } = await withOneDefect()
    const current = async (path: string) =>
      [...(await read(path)).matchAll(/<a href="([^"]+)" aria-current="page">([^<]+)/g)].map(([, , text]) => text)
    expect(await current('/defects')).toContain('Open')
    expect(await current('/defects?status=open')).toContain('New')
    expect(await current('/defects?status=open&env=production')).not.toContain('New')
  })

  test('what an address asks for and is not there is said', async () => {
    const { read } = await withOneDefect()
    const words = textOf(await read('/defects?env=prd&service=none&status=odd&severity=S9&sort=size&after=x'))
    expect(words).toContain('Unknown environment ‘prd’. Showing all environments.')
    expect(words).toContain('Unknown service ‘none’')
    expect(words).toContain('Unknown status ‘odd’. Showing open defects.')
    expect(words).toContain('Unknown severity ‘S9’')
    expect(words).toContain('Unknown order ‘size’')
    expect(words).toContain('a page that does not exist')
    expect(words).toContain('Capture fails with 409')
  })

  test('pages hold so many rows, and the next one goes on where this one ends', async () => {
    const { tell, read } = await openHistory()
    await tell('defects', ...Array.from({ length: 60 }, (_, i) => seen(`Fault ${i}`, day(10 + i), { id: `F-${i}` })))
    const first = await read('/defects?status=any')
    expect(textOf(first)).toContain('1–50 of 60')
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&')
    expect(next).toContain('status=any')
    const second = await read(next as string)
    expect(textOf(second)).toContain('51–60 of 60')
    expect(second).not.toContain('rel="next"')
    const titles = (page: string) => [...page.matchAll(/title="(Fault \d+)"/g)].map(([, title]) => title)
    expect(new Set([...titles(first), ...titles(second)]).size).toBe(60)
  })

  test('a number in the search box leads straight to its defect', async () => {
    const { visit } = await withOneDefect()
    const answer = await visit('/defects?q=PF-1')
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/defects/PF-1'])
    expect((await visit('/defects?q=PF-77')).status).toBe(200)
  })

  test('text from outside stays text', async () => {
    const { tell, read } = await openHistory()
    await tell(
      'defects',
      seen(HOSTILE, day(90), { description: HOSTILE, version: HOSTILE.slice(0, 40), url: 'https://a.example/"onx="' }),
    )
    for (const path of ['/defects', '/defects/PF-1', `/defects?q=${encodeURIComponent(HOSTILE)}`]) {
      const page = await read(path)
      expect(page).not.toContain('<img src=x')
      expect(page).not.toContain('<script>alert')
      expect(page).not.toMatch(/ onx=/)
    }
    expect(textOf(await read('/defects'))).toContain('<script>alert')
  })
})

describe('the page of a defect', () => {
  test('names the suspect release, how sure that is and why', async () => {
    const { read } = await withOneDefect()
    const page = await read('/defects/PF-1')
    const words = textOf(page)
    expect(page).toContain('href="/releases/checkout-api/4.18.0"')
    expect(words).toContain('High confidence')
    expect(words).toContain('100 of 100 from 5 signals')
    expect(words).toContain('The report blames this release')
    expect(words).toContain('replaced 4.17.3')
    expect(words).toContain('Next candidate: 4.17.3')
  })

  test('says so when no release explains it, with what went live around it', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', deployed('4.18.0', day(90)))
    await tell('defects', seen('Too early for any release', day(80)))
    const words = textOf(await read('/defects/PF-1'))
    expect(words).toContain('No release explains this.')
    expect(words).toMatch(/4\.18\.0 in production, after/)
  })

  test('the bare number leads to the address people say', async () => {
    const { visit } = await withOneDefect()
    for (const path of ['/defects/1', '/defects/pf-1']) {
      const answer = await visit(path)
      expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/defects/PF-1'])
    }
  })

  test.each(['/defects/PF-99', '/defects/PF-0', '/defects/abc', '/defects/PF-1e3', '/defects/99999999999999999999'])(
    '%s is not found',
    async (path) => {
      const { visit } = await withOneDefect()
      expect((await visit(path)).status).toBe(404)
    },
  )

  test('a merged one leads to the one it turned out to be', async () => {
    const { tell, visit } = await openHistory()
    await tell('defects', seen('First', day(90), { id: 'A' }))
    await tell('defects', seen('Second', day(91), { id: 'B', fingerprint: 'same' }))
    await tell('defects', seen('First', day(92), { id: 'A', fingerprint: 'same' }))
    const answers = await Promise.all(['/defects/PF-1', '/defects/PF-2'].map((path) => visit(path)))
    const merged = answers.find(({ status }) => status === 303)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 303])
    expect(merged?.headers.get('Location')).toMatch(/^\/defects\/PF-[12]$/)
  })

  test('a link from a sender is only a link when it leads to the web', async () => {
    const { store, tell, read } = await openHistory()
    await tell('defects', seen('One', day(90)))
    await store.db.updateTable('defects').set({ url: 'javascript:alert(1)' }).execute()
    expect(await read('/defects/PF-1')).not.toContain('javascript:')
  })

  test('occurrences stand in a table as well as in the chart', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', deployed('4.18.0', day(90)))
    await tell(
      'defects',
      seen('Burst', day(90.02), { id: 'B', count: 14 }),
      seen('Burst', day(90.1), { id: 'B', count: 5 }),
    )
    const page = await read('/defects/PF-1')
    expect(page).toContain('4.18.0 deployed')
    const table = textOf(page.slice(page.indexOf('Occurrences as table')))
    expect(table).toMatch(/09:00|00:00/)
    expect(table).toMatch(/ 14 Yes/)
    expect(table).toMatch(/ 5 Yes/)
  })
})

describe('the fixes of a defect', () => {
  const fixed = (at: number, fixedIn: string | string[]) => ({
    service: 'checkout-api',
    title: 'Capture fails',
    status: 'fixed',
    fixedIn,
    resolvedAt: new Date(at).toISOString(),
  })

  test('are named with where each is live, promises with what kept them', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', deployed('4.18.0', day(80)), deployed('4.18.0', day(80), { environment: 'staging' }))
    await tell('defects', seen('Capture fails', day(81), { version: '4.18.0' }))
    await tell('defects', fixed(day(82), ['4.17.9', '4.18.1', 'next-production-release']))
    expect(textOf(await read('/defects/PF-1'))).toContain('the next production release, not deployed yet')
    await tell('deployments', deployed('4.18.1', day(83), { environment: 'staging' }), deployed('4.18.2', day(84)))
    const words = textOf(await read('/defects/PF-1'))
    expect(words).toContain('4.18.1 , live in production (in 4.18.2), staging (said by api)')
    expect(words).toContain('4.18.2 (the next production release), live in production')
    // Line 4.18 has fixes of its own, and still: a higher line contains what a lower one fixed.
    expect(words).toContain('4.17.9 , live in production (in 4.18.2), staging (in 4.18.1)')
    expect(words).toContain('Seen in 4.18.0 ×1')
  })

  test('that did not hold are told with the comparison, and what came before', async () => {
    const { tell, read } = await openHistory()
    await tell('deployments', deployed('4.18.0', day(80)), deployed('4.18.1', day(82)))
    await tell('defects', seen('Capture fails', day(81)), fixed(day(81.5), '4.18.1'))
    expect(textOf(await read('/defects/PF-1'))).not.toContain('Fixed and seen again')
    await tell('defects', seen('Capture fails', day(83)))
    const words = textOf(await read('/defects/PF-1'))
    expect(words).toContain(
      'Regression. No version was reported; production was running 4.18.1. Seen in 4.18.1, the release that fixes it.',
    )
    expect(words).toContain('Fixed and seen again 1 regression')
    expect(words).toContain('Seen again in 4.18.1, which contains the fix')
    expect(words).toMatch(/Status: Regressed/)
  })

  test('are set on the page, with the status or without, and taken back', async () => {
    const { tell, fillIn, read } = await openHistory()
    await tell('defects', seen('Capture fails', day(81)))
    const path = '/defects/PF-1'
    await fillIn(path, `${path}/fixed-in`, { fixedIn: ' 4.18.1 , next-release' })
    const said = textOf(await read(path))
    expect(said).toContain('Ana said that it is fixed in 4.18.1, next-release')
    expect(said).toContain('4.18.1 , live nowhere (said by Ana)')
    expect(said).toContain('Status: New')
    await fillIn(path, `${path}/fixed-in`, { fixedIn: '' })
    const words = textOf(await read(path))
    expect(words).toContain('Ana took back which releases fix it')
    expect(words).toContain('Fixed in Not said')
  })
})

describe('changing a defect without scripts', () => {
  test('status, severity, owner and comment are saved and told in the activity', async () => {
    const { store, fillIn, read } = await withOneDefect()
    const benId = await addPerson(store.db, { email: 'ben@example.com', name: 'Ben' })
    const page = '/defects/PF-1'
    const forms: [string, Record<string, string>][] = [
      ['status', { status: 'fixed', fixedIn: '4.18.1, 4.17.4' }],
      ['severity', { severity: 'S2' }],
      ['assignee', { userId: String(benId) }],
      ['comments', { text: 'Looks like the <b>retry</b>.' }],
    ]
    for (const [action, fields] of forms) {
      const answer = await fillIn(page, `${page}/${action}`, fields)
      expect([action, answer.status, answer.headers.get('Location')]).toEqual([action, 303, page])
    }
    const words = textOf(await read(page))
    expect(words).toContain('Ana set the status from New to Fixed, in 4.18.1, 4.17.4')
    expect(words).toContain('Ana set the severity from S1 to S2')
    expect(words).toContain('Ana gave it to Ben')
    expect(words).toContain('Looks like the <b>retry</b>.')
  })

  test('a person confirms the suspect, takes it back, and says no change caused it', async () => {
    const { fillIn, read } = await withOneDefect()
    const page = '/defects/PF-1'
    const releaseId = /name="decision" value="confirmed"\/?><input type="hidden" name="releaseId" value="(\d+)"/.exec(
      await read(page),
    )?.[1] as string
    await fillIn(page, `${page}/attribution`, { decision: 'confirmed', releaseId, reason: '' })
    const confirmed = textOf(await read(page))
    expect(confirmed).toContain('Set by Ana')
    expect(confirmed).toContain('100 of 100')
    await fillIn(page, `${page}/attribution`, { decision: 'undone' })
    expect(textOf(await read(page))).not.toContain('Set by Ana')
    await fillIn(page, `${page}/attribution`, { decision: 'not-a-change', reason: 'A provider was down' })
    const words = textOf(await read(page))
    expect(words).toContain('Not caused by a change')
    expect(words).toContain('A provider was down')
  })

  test.each([
    ['status', { status: 'wont-fix' }, 'Say why it will not be fixed.'],
    ['status', { status: 'regressed' }, 'Choose a status.'],
    ['severity', { severity: 'S9' }, 'Choose a severity.'],
    ['assignee', { userId: 'x' }, 'Choose a person.'],
    ['assignee', { userId: '999' }, 'That person has no account here.'],
    ['comments', { text: '   ' }, 'Write something first.'],
    ['attribution', { decision: 'chosen', releaseId: 'x', reason: 'y' }, 'Choose a release.'],
    ['attribution', { decision: 'not-a-change', reason: '' }, 'Say why'],
  ])('%s with %o is refused where the button was', async (action, fields, reason) => {
    const { fillIn, read } = await withOneDefect()
    const answer = await fillIn('/defects/PF-1', `/defects/PF-1/${action}`, fields as Record<string, string>)
    expect(answer.status).toBe(422)
    expect(textOf(await answer.text())).toContain(`Nothing was changed. ${reason}`)
    expect(textOf(await read('/defects/PF-1'))).not.toContain('Ana set')
  })

  test('a refused form keeps what was filled in, and its address leads back', async () => {
    const { fillIn, visit } = await withOneDefect()
    const fields = { status: 'wont-fix', fixedIn: '4.19.0', reason: ' ' }
    const page = await (await fillIn('/defects/PF-1', '/defects/PF-1/status', fields)).text()
    expect(page).toMatch(/value="wont-fix" required="" checked=""/)
    expect(page).toContain('value="4.19.0"')
    const again = await visit('/defects/PF-1/status')
    expect([again.status, again.headers.get('Location')]).toEqual([303, '/defects/PF-1'])
  })

  test('a form without the token of the session changes nothing', async () => {
    const { submit, read } = await withOneDefect()
    const answer = await submit('/defects/PF-1/severity', { _csrf: 'another', severity: 'S4' })
    expect(answer.status).toBe(403)
    expect(textOf(await read('/defects/PF-1'))).not.toContain('Ana set')
  })

  test('a defect that is not there cannot be changed', async () => {
    const { submit } = await withOneDefect()
    for (const id of ['PF-99', 'x'])
      expect((await submit(`/defects/${id}/comments`, { text: 'hello' })).status).toBe(404)
  })

  test('who may only read sees the values and no forms', async () => {
    const { store, read } = await withOneDefect()
    await store.db.updateTable('users').set({ role: 'viewer' }).execute()
    const page = await read('/defects/PF-1')
    expect(page).not.toContain('action="/defects/PF-1')
    expect(textOf(page)).toContain('High confidence')
    expect(await read('/defects')).not.toContain('href="/defects/new"')
  })
})

describe('a new defect by hand', () => {
  test('goes the way of every report and leads to its page', async () => {
    const { tell, fillIn, read } = await openHistory()
    await tell('deployments', deployed('4.18.0', day(90)))
    const answer = await fillIn('/defects/new', '/defects/new', {
      title: 'Voucher total is stale',
      service: 'checkout-api',
      environment: 'production',
      severity: 'S2',
      seenAt: iso(day(90.5)).slice(0, 16),
      version: '4.18.0',
      description: 'Two\nlines',
    })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/defects/PF-1'])
    const words = textOf(await read('/defects/PF-1'))
    expect(words).toContain('Voucher total is stale')
    expect(words).toContain('checkout-api 4.18.0')
    expect(words).toContain('Two lines')
  })

  test('sent twice it is one report', async () => {
    const { submit, read } = await openHistory()
    const page = await read('/defects/new')
    const hidden = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="(_csrf|key)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    ) as Record<string, string>
    const form = { ...hidden, title: 'Twice', severity: 'S3', seenAt: iso(day(90)).slice(0, 16) }
    for (let i = 0; i < 2; i++)
      expect((await submit('/defects/new', form)).headers.get('Location')).toBe('/defects/PF-1')
    expect(textOf(await read('/defects/PF-1'))).toMatch(/Occurrences 1 /)
  })

  test('what is wrong stands beside its field and on top, and what was typed stays', async () => {
    const { fillIn } = await openHistory()
    const answer = await fillIn('/defects/new', '/defects/new', {
      title: '',
      service: 'checkout-api',
      severity: 'S3',
      seenAt: '2026-03-01T00:00',
      description: 'Typed at length',
    })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('href="#f-title"')
    expect(page).toContain('id="e-title"')
    expect(page).toContain('aria-invalid="true"')
    expect(page).toContain('Typed at length')
    expect(page).toContain('value="checkout-api"')
  })

  test('a time in the future is refused at its field', async () => {
    const { fillIn } = await openHistory()
    const answer = await fillIn('/defects/new', '/defects/new', {
      title: 'Soon',
      severity: 'S3',
      seenAt: '2031-01-01T00:00',
    })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('id="e-seenAt"')
  })

  test('an odd severity is refused at its field', async () => {
    const { fillIn } = await openHistory()
    const answer = await fillIn('/defects/new', '/defects/new', { title: 'X', severity: 'S9', seenAt: '' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('id="e-severity"')
  })
})

describeOnEachEngine('how many defects are newer than a list', (openTestStore) => {
  test('is told of those that the list would show', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('defects', seen('Capture fails', day(90)))
    const newer = async (query: string): Promise<string> => {
      const html = await read(`/defects${query}`)
      return (/data-newer="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&')
    }
    const [any, staging, named] = [await newer(''), await newer('?env=production&severity=S1'), await newer('?ids=1')]
    expect([await read(any), await read(staging), await read(named)]).toEqual(['', '', ''])
    await tell('defects', seen('Total is stale', day(91), { severity: 'S1' }), seen('Search is slow', day(91)))
    expect([await read(any), await read(staging), await read(named)]).toEqual([
      '2 new defects, show',
      '1 new defect, show',
      '',
    ])
    await tell(
      'defects',
      ...Array.from({ length: 100 }, (_, i) => seen(`Fault of the ${'x'.repeat(i + 1)}`, day(92), { id: `f${i}` })),
    )
    expect(await read(any)).toBe('99+ new defects, show')
    for (const wrong of ['', '?newerThan=x', '?newerThan=-1', '?newerThan=1e400'])
      expect(await read(`/defects/newer${wrong}`)).toBe(wrong === '' ? '99+ new defects, show' : '')
  })
})

describeOnEachEngine('pages of defects', (openTestStore) => {
  test('list and detail are the same on every engine', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('deployments', deployed('4.17.3', day(80)), deployed('4.18.0', day(90)))
    await tell('defects', seen('Capture fails', day(90.1), { count: 3 }), seen('Old one', day(20)))
    expect(textOf(await read('/defects?sort=-occurrences'))).toMatch(/Capture fails.*Old one/)
    expect(textOf(await read('/defects/PF-1'))).toContain('checkout-api 4.18.0')
  })
})

test('reloading the address that a refused form left leads back to the defect', async () => {
  const { tell, visit } = await openHistory()
  await tell('defects', seen('Timeout', day(1)))
  for (const action of ['status', 'severity', 'assignee', 'comments', 'attribution']) {
    const answer = await visit(`/defects/PF-1/${action}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/defects/PF-1'])
  }
})
