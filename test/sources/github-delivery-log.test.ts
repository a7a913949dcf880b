import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextCursor, readAttempts, readHook, readHookUrl } from '../../src/sources/github/delivery-log.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

/** As GitHub's documentation shows one. */
const LISTED = {
  id: 12345678,
  guid: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
  delivered_at: '2019-06-03T00:57:16Z',
  redelivery: false,
  duration: 0.27,
  status: 'OK',
  status_code: 200,
  event: 'issues',
  action: 'opened',
  installation_id: 123,
  repository_id: 456,
  throttled_at: null,
}

describe('a hook’s address', () => {
  test.each([
    [
      'https://api.github.com/repos/acme/checkout-api/hooks/123',
      'https://api.github.com/repos/acme/checkout-api/hooks/123',
    ],
    [' https://api.github.com/orgs/acme/hooks/9/ ', 'https://api.github.com/orgs/acme/hooks/9'],
    ['https://ghes.example/api/v3/repos/a/b.js/hooks/1', 'https://ghes.example/api/v3/repos/a/b.js/hooks/1'],
    ['https://API.GitHub.com:443/repos/a/b/hooks/1', 'https://api.github.com/repos/a/b/hooks/1'],
    ['http://127.0.0.1:4010/repos/a/b/hooks/1', 'http://127.0.0.1:4010/repos/a/b/hooks/1'],
  ])('%s is one', (text, value) => {
    expect(readHookUrl(text)).toEqual({ ok: true, value })
  })

  test.each([
    ['https://github.com/acme/shop/settings/hooks/77', 'https://api.github.com/repos/acme/shop/hooks/77'],
    ['https://github.com/organizations/acme/settings/hooks/7', 'https://api.github.com/orgs/acme/hooks/7'],
    ['https://ghes.example/acme/shop/settings/hooks/77', 'https://ghes.example/api/v3/repos/acme/shop/hooks/77'],
    ['https://api.github.com/app/hook', 'JWT'],
    ['https://api.github.com/repos/acme/shop', 'ends in /repos/OWNER/REPO/hooks/ID'],
    ['https://api.github.com/repos/acme/shop/hooks/latest', 'ends in'],
    ['https://api.github.com/repos/acme/../../hooks/1', 'ends in'],
    ['https://api.github.com/repos/acme/shop/hooks/1?per_page=1', 'ends in'],
    ['https://api.github.com/repos/acme/shop/hooks/1/deliveries', 'ends in'],
    ['hooks/1', 'is no address'],
    ['', 'is no address'],
  ])('%s is none: %s', (text, problem) => {
    expect(readHookUrl(text)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
  })
})

describe('the log', () => {
  test('is read as GitHub writes it', () => {
    expect(readAttempts(bytes([LISTED]))).toEqual({
      ok: true,
      value: [
        {
          id: '12345678',
          guid: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
          at: Date.UTC(2019, 5, 3, 0, 57, 16),
          delivered: true,
        },
      ],
    })
    expect(readAttempts(bytes([]))).toEqual({ ok: true, value: [] })
  })

  test('ids keep all their digits', () => {
    const text = JSON.stringify([LISTED]).replace('12345678', '900719925474099312345')
    expect(readAttempts(bytes(text))).toMatchObject({ value: [{ id: '900719925474099312345' }] })
  })

  test.each([
    [200, 'OK', true],
    [202, 'OK', true],
    [204, 'No Content', true],
    [0, 'OK', true],
    [302, 'Invalid HTTP Response: 302', false],
    [401, 'Invalid HTTP Response: 401', false],
    [502, 'failed to connect to host', false],
    [0, 'timed out', false],
    [null, null, false],
  ])('status %s %j means delivered: %s', (status_code, status, delivered) => {
    expect(readAttempts(bytes([{ ...LISTED, status_code, status }]))).toMatchObject({ value: [{ delivered }] })
  })

  test.each([
    ['no list', { message: 'Not Found' }],
    ['no guid', [{ ...LISTED, guid: undefined }]],
    ['no time', [{ ...LISTED, delivered_at: 'yesterday' }]],
    ['an id that is none', [{ ...LISTED, id: '../1' }]],
    ['a negative id', [{ ...LISTED, id: -1 }]],
    ['a page of HTML', '<html>'],
    ['nothing', ''],
    ['too many', Array.from({ length: 1_001 }, () => LISTED)],
  ])('with %s is unreadable', (_, body) => {
    expect(readAttempts(bytes(body))).toMatchObject({ ok: false, problem: expect.any(String) })
  })

  test('a guid that our inbox would not hold is left out', () => {
    expect(readAttempts(bytes([{ ...LISTED, guid: 'a b' }, LISTED]))).toMatchObject({ value: [{ guid: LISTED.guid }] })
  })

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (body) => {
        for (const read of [readAttempts, readHook]) expect(typeof read(body).ok).toBe('boolean')
      }),
    )
  })
})

test('a hook says where it delivers to and whether it does', () => {
  const hook = {
    type: 'Repository',
    id: 1,
    active: true,
    events: ['push'],
    config: { url: 'https://a/', secret: '********' },
  }
  expect(readHook(bytes(hook))).toEqual({ ok: true, value: { active: true, url: 'https://a/' } })
  expect(readHook(bytes({ ...hook, config: {} }))).toMatchObject({ ok: false, problem: 'config.url is required' })
})

describe('the next page', () => {
  test.each([
    ['<https://api.github.com/x/deliveries?per_page=100&cursor=v1_12077215967>; rel="next"', 'v1_12077215967'],
    ['<https://a/?cursor=v1_1>; rel="prev", <https://a/?cursor=v1_2>; rel="next"', 'v1_2'],
    ['<https://a/?cursor=v1_1>; rel="prev"', undefined],
    ['<https://a/?page=2>; rel="next"', undefined],
    ['<not an address>; rel="next"', undefined],
    ['<https://a/?cursor=%0d%0aHost>; rel="next"', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j: %s', (link, cursor) => {
    expect(nextCursor(link)).toBe(cursor)
  })
})
