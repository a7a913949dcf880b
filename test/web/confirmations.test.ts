import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { ROLES, type Role } from '../../src/core/access/role.ts'
import type { Store } from '../../src/store/database.ts'
import { day } from '../support/factories.ts'
import { deployed, type HistoryPages, openHistory } from '../support/history-pages.ts'
import { textOf, YES } from '../support/pages.ts'
import { IDENTITY_HANDLE, makeRemovable } from '../support/removable.ts'
import { makeReports } from '../support/reports.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

/** What takes something away for others is asked about first, on a page that names it. */

interface Act {
  /** As it is declared. */
  readonly path: string
  readonly address: (made: Awaited<ReturnType<typeof makeRemovable>>) => string
  readonly role: Role
  /** The page says all of this, in this order. */
  readonly says: readonly string[]
  readonly button: string
  /** The name of the thing, where data goes. */
  readonly typed?: string
  readonly back: string | RegExp
  /** Whether the thing is as it was. */
  readonly stands: (store: Store) => Promise<boolean>
}

const ID = ':id{[0-9]{1,15}}'
const SOURCE = '/setup/sources/:slug{[a-z0-9-]+}'
const REPORT = 'checkout-api 4.18.0'

const has = async (rows: Promise<readonly unknown[]>): Promise<boolean> => (await rows).length > 0
const from = (
  { db }: Store,
  table:
    | 'outside_identities'
    | 'account_links'
    | 'channels'
    | 'on_call_schedules'
    | 'report_schedules'
    | 'ci_targets'
    | 'service_rules'
    | 'identity_rules',
) => has(db.selectFrom(table).selectAll().execute())

const ACTS: readonly Act[] = [
  {
    path: '/account/tokens/:id/revocation',
    address: ({ tokenId }) => `/account/tokens/${tokenId}/revocation`,
    role: 'admin',
    says: ['Revoke ‘ci-deploys’?', 'refused within five seconds', 'Begins with pf_', 'May read', 'Last used never'],
    button: 'Revoke ‘ci-deploys’',
    back: '/account/tokens',
    stands: ({ db }) =>
      has(
        db
          .selectFrom('api_tokens')
          .select('id')
          .where('name', '=', 'ci-deploys')
          .where('revoked_at', 'is', null)
          .execute(),
      ),
  },
  {
    path: `/admin/users/${ID}/disable`,
    address: ({ userId }) => `/admin/users/${userId}/disable`,
    role: 'admin',
    says: [
      'Disable ‘Eve’?',
      'signed out everywhere',
      'API tokens they made go on',
      'eve@example.com',
      'engineer',
      'nowhere',
    ],
    button: 'Disable ‘Eve’',
    back: /^\/admin\/users\/\d+$/,
    stands: async ({ db }) =>
      !(await has(db.selectFrom('users').select('id').where('disabled_at', 'is not', null).execute())),
  },
  {
    path: `/admin/users/${ID}/identities/removal`,
    address: ({ userId }) => `/admin/users/${userId}/identities/removal?identity=${IDENTITY_HANDLE}`,
    role: 'admin',
    says: ['Unlink ‘eve-7’ from Eve?', 'does not let them in', 'https://id.example'],
    button: 'Unlink ‘eve-7’',
    back: /^\/admin\/users\/\d+$/,
    stands: (store) => from(store, 'outside_identities'),
  },
  {
    path: `/admin/users/invitations/${ID}/withdrawal`,
    address: () => '/admin/users/invitations/1/withdrawal',
    role: 'admin',
    says: ['Withdraw the invitation of dan@example.com?', 'link stops working', 'viewer', 'Invited by Postflight'],
    button: 'Withdraw the invitation of dan@example.com',
    back: '/admin/users',
    stands: (store) => from(store, 'account_links'),
  },
  {
    path: `/admin/channels/${ID}/removal`,
    address: ({ channelId }) => `/admin/channels/${channelId}/removal`,
    role: 'admin',
    says: ['Remove the channel ‘On-call’?', 'record of what was told there is deleted', 'ana@b.example and 2 more'],
    button: 'Remove ‘On-call’',
    typed: 'On-call',
    back: /^\/admin\/channels\/\d+$/,
    stands: (store) => from(store, 'channels'),
  },
  {
    path: '/rules/:id/removal',
    address: () => '/rules/1/removal',
    role: 'release-manager',
    says: ['Remove the rule ‘', 'watches nothing from now on', 'It says', 'Has fired never'],
    button: 'Remove ‘',
    back: '/rules/1',
    stands: ({ db }) =>
      has(db.selectFrom('rules').select('id').where('id', '=', 1).where('removed_at', 'is', null).execute()),
  },
  {
    path: '/on-call/:id/removal',
    address: ({ scheduleId }) => `/on-call/${scheduleId}/removal`,
    role: 'release-manager',
    says: ['Remove the schedule of all services?', 'nobody is on call', 'Ana and Ben, a handover every week'],
    button: 'Remove the schedule of all services',
    back: '/on-call',
    stands: (store) => from(store, 'on_call_schedules'),
  },
  {
    path: `/reports/${ID}/removal`,
    address: () => '/reports/1/removal',
    role: 'engineer',
    says: [`Delete the report ‘${REPORT}’?`, 'finds nothing there any more', 'by Ana', 'by 1 link'],
    button: `Delete ‘${REPORT}’`,
    typed: REPORT,
    back: '/reports/1',
    stands: ({ db }) => has(db.selectFrom('report_snapshots').select('id').where('id', '=', 1).execute()),
  },
  {
    path: `/reports/${ID}/links/:link{[0-9]{1,15}}/ending`,
    address: () => '/reports/1/links/1/ending',
    role: 'release-manager',
    says: [`End link 1 to ‘${REPORT}’?`, 'finds nothing there any more', 'People hidden', 'Opened never'],
    button: 'End link 1',
    back: '/reports/1#sharing',
    stands: ({ db }) => has(db.selectFrom('report_links').select('id').where('ended_at', 'is', null).execute()),
  },
  {
    path: `/reports/schedules/${ID}/removal`,
    address: () => '/reports/schedules/1/removal',
    role: 'release-manager',
    says: ['Remove the planned reports of all services?', 'makes no more reports', 'Every week', 'Told to On-call'],
    button: 'Remove the plan of all services',
    back: '/reports#plans',
    stands: (store) => from(store, 'report_schedules'),
  },
  {
    path: `/emergency/settings/targets/${ID}/removal`,
    address: ({ targetId }) => `/emergency/settings/targets/${targetId}/removal`,
    role: 'admin',
    says: ['Remove the CI target of ‘checkout-api’ in production?', 'deployed by hand', 'shop/checkout-api'],
    button: 'Remove the CI target of ‘checkout-api’',
    back: '/emergency/settings',
    stands: (store) => from(store, 'ci_targets'),
  },
  {
    path: `${SOURCE}/rules/${ID}/removal`,
    address: () => '/setup/sources/api/rules/1/removal',
    role: 'release-manager',
    says: ['Remove the rule for service ‘acme/*’?', 'goes by the rules that are left', 'Service checkout-api'],
    button: 'Remove the rule for ‘acme/*’',
    back: '/setup/sources/api#rules',
    stands: (store) => from(store, 'service_rules'),
  },
  {
    path: `${SOURCE}/identity/${ID}/removal`,
    address: () => '/setup/sources/api/identity/1/removal',
    role: 'release-manager',
    says: ['Remove the rule ‘incident’ of Native API?', 'come apart', 'label.alertname'],
    button: 'Remove the rule ‘incident’',
    back: '/setup/sources/api/identity',
    stands: (store) => from(store, 'identity_rules'),
  },
]

/** What can be had back at once, is somebody's own, or is a step of an emergency, which must not wait. */
const ACT_AT_ONCE = [
  'POST /account/security/identities/removal',
  'POST /account/security/passkeys/removal',
  'POST /account/security/totp/removal',
  'POST /account/sessions/:handle/end',
  'POST /account/sessions/end',
  `POST /admin/users/${ID}/sessions/:handle/end`,
  `POST /admin/users/${ID}/sessions/end`,
  `POST /calendar/freezes/${ID}/end`,
  'POST /emergency/:id/cancellation',
  'POST /emergency/locks/:id/release',
  'POST /rules/rollbacks/removal',
]

const DESTROYS = /\/(removal|revocation|withdrawal|disable|ending|end|release|cancellation|deletion)$/

async function openWithAll(openTestStore = testStoresOn('sqlite'), role = 'admin') {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('4.18.0', day(99)))
  const made = await makeRemovable(pages.deps, { service: 'checkout-api', environment: 'production' })
  await makeReports(pages.store, 'a-link-that-was-made')
  return { ...pages, made }
}

const split = (address: string): [path: string, fields: Record<string, string>] => {
  const url = new URL(address, 'http://here')
  return [url.pathname, Object.fromEntries(url.searchParams)]
}

test('whatever takes something away asks first, or is known to act at once', async () => {
  const pages = await openHistory()
  const { declared } = createApp(pages.deps)
  const destroying = declared
    .filter(({ method, path }) => method === 'POST' && DESTROYS.test(path) && !path.startsWith('/api/'))
    .map(({ path }) => `POST ${path}`)
  expect(destroying.sort()).toEqual([...ACTS.map(({ path }) => `POST ${path}`), ...ACT_AT_ONCE].sort())
})

describeOnEachEngine('asks first', (openTestStore) => {
  test.each(ACTS.map((act) => [act.path, act] as const))('%s', async (_path, act) => {
    const pages = await openWithAll(openTestStore)
    const { store, submit, read } = pages
    const address = act.address(pages.made)
    const [path, fields] = split(address)

    const html = await read(address)
    let rest = textOf(html)
    for (const words of ['Nothing was changed yet.', ...act.says]) {
      expect(rest).toContain(words)
      if (act.says.indexOf(words) > 0) rest = rest.slice(rest.indexOf(words))
    }
    expect(textOf(buttonOf(html))).toContain(act.button)
    expect(cancelOf(html)).toMatch(act.back)

    // As the form of an earlier version, or a script, sends it.
    const unasked = await submit(path, fields)
    expect([unasked.status, textOf(await unasked.text())]).toEqual([
      200,
      expect.stringContaining('Nothing was changed yet.'),
    ])
    expect(await act.stands(store)).toBe(true)

    expect((await sendMistyped(pages, act, address)).status).toBe(act.typed === undefined ? 404 : 422)
    expect(await act.stands(store)).toBe(true)

    const typed = act.typed === undefined ? {} : { typedName: act.typed }
    expect((await pages.fillIn(address, path, typed)).status).toBe(303)
    expect(await act.stands(store)).toBe(false)
  })
})

/** The answer of the page with another name typed; of one that asks for none, what does not exist. */
async function sendMistyped({ submit, fillIn }: HistoryPages, act: Act, address: string): Promise<Response> {
  const [path] = split(address)
  return act.typed === undefined
    ? await submit(path.replace(/\d+(?!.*\d)/, '987654321'), { ...YES, identity: 'none' })
    : await fillIn(address, path, { typedName: `${act.typed} no` })
}

const buttonOf = (html: string): string =>
  /<button type="submit" class="btn dng">(.*?)<\/button>/s.exec(html)?.[1] ?? ''
const cancelOf = (html: string): string => /<a class="btn ghost" href="([^"]*)">Cancel<\/a>/.exec(html)?.[1] ?? ''

test.each(ROLES)('a person with the role %s is asked, and does, what their role may', async (role) => {
  const pages = await openWithAll(undefined, role)
  const answers = []
  for (const act of ACTS) {
    const [path, fields] = split(act.address(pages.made))
    const seen = (await pages.visit(act.address(pages.made))).status
    const sent = (await pages.submit(path, { ...fields, ...YES, typedName: act.typed ?? '' })).status
    answers.push([act.path, seen, sent])
  }
  const may = (needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed)
  // The link goes with its report.
  const gone = (path: string) => (path.endsWith('/ending') ? 404 : 200)
  expect(answers).toEqual(
    ACTS.map((act) =>
      may(act.role) ? [act.path, gone(act.path), gone(act.path) === 404 ? 404 : 303] : [act.path, 403, 403],
    ),
  )
})

describeOnEachEngine('a token', (openTestStore) => {
  test('that is replaced without an overlap is asked about, with one is not', async () => {
    const { made, submit, store, fillIn } = await openWithAll(openTestStore)
    const path = `/account/tokens/${made.tokenId}/replacement`
    const count = async () => (await store.db.selectFrom('api_tokens').select('id').execute()).length
    const before = await count()
    const asked = await submit(path, { overlap: '0' })
    const page = textOf(await asked.text())
    expect([asked.status, page]).toEqual([200, expect.stringContaining('Replace ‘ci-deploys’ and end it now?')])
    expect(await count()).toBe(before)
    expect((await submit(path, { overlap: '0', ...YES })).status).toBe(200)
    expect(await count()).toBe(before + 1)
    expect((await submit(`/account/tokens/${made.tokenId + 1}/replacement`, { overlap: '1' })).status).toBe(200)
    expect(await count()).toBe(before + 2)
    await expect(fillIn('/account/tokens', `${path}/none`, {})).rejects.toThrow('no form')
  })

  test('says when it was used last, and that another took over', async () => {
    const { made, submit, store, read, deps } = await openWithAll(openTestStore)
    await store.db
      .updateTable('api_tokens')
      .set({ last_used_at: deps.clock() - 180_000 })
      .execute()
    await submit(`/account/tokens/${made.tokenId}/replacement`, { overlap: '24' })
    const page = textOf(await read(`/account/tokens/${made.tokenId}/revocation`))
    expect(page).toContain('Last used 3 min ago')
    expect(page).toContain('the token that replaced it goes on working')
  })
})

test('a rule says how often it has fired, and leads to the same', async () => {
  const { read, store } = await openWithAll()
  const firing = {
    rule_id: 1,
    at: day(99),
    happened_at: day(99),
    what: 'It fired',
    reasons_json: '[]',
    done_json: '[]',
  }
  const outcomes = ['fired', 'fired', 'muted'] as const
  await store.db
    .insertInto('rule_firings')
    .values(outcomes.map((outcome, i) => ({ ...firing, subject: `s${i}`, outcome, rolled_back: 0 as const })))
    .execute()
  const html = await read('/rules/1/removal')
  expect(html).toContain('<a href="/rules/1?outcome=fired#firings">2 times</a>')
  expect(textOf(await read('/rules/1?outcome=fired'))).toContain('1–2 of 2')
})
