import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalReference, referencesIn } from '../../../src/core/inbound/references.ts'

const repository = 'acme/checkout-api'

describe('what a text refers to', () => {
  test.each<[string, string[]]>([
    ['Retry capture once (#412)', ['acme/checkout-api#412']],
    ['GH-412: retry', ['acme/checkout-api#412']],
    ['Closes acme/ledger#7, acme/ledger#7', ['acme/ledger#7']],
    ['See https://github.com/acme/checkout-api/pull/412.', ['acme/checkout-api#412']],
    ['(https://github.com/acme/checkout-api/pull/412/files#diff-1)', ['acme/checkout-api#412']],
    ['https://git.example/shop/web/app/-/merge_requests/7', ['shop/web/app!7']],
    ['https://git.example/shop/web/-/issues/7#note_1', ['shop/web#7']],
    ['https://jira.example/browse/PAY-123', ['PAY-123']],
    ['PAY-123 PAY-124: round to the cent', ['PAY-123', 'PAY-124']],
    ['[PAY-123] and PAY-123.', ['PAY-123']],
    ['https://ci.example/run/8812, done', ['https://ci.example/run/8812']],
    [
      'https://github.com/acme/checkout-api/commit/9f3c2ab41d',
      ['https://github.com/acme/checkout-api/commit/9f3c2ab41d'],
    ],
    ['UTF-8, SHA-256, ISO-8601, RFC-9110 and CVE-2024-1234', []],
    ['version 4-18, A-1, LTS-1.2, FOO-0, x-PAY-123, PAY-123-beta', []],
    ['colour #0a0, &#412; #0, C#7, a/#7, ##7', []],
    ['../checkout/api#412 and 1/2', []],
    ['https://', []],
    ['', []],
  ])('%j: %j', (text, references) => {
    expect(referencesIn(text, repository)).toEqual(references)
  })

  test('is a number alone where nobody says of which repository', () => {
    expect(referencesIn('Retry (#412)')).toEqual(['#412'])
  })

  test('is at most a hundred', () => {
    const text = Array.from({ length: 150 }, (_, i) => `#${i + 1}`).join(' ')
    expect(referencesIn(text)).toHaveLength(100)
  })

  test('can be found in any text, and is found again in itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.webUrl(), (text, address) => {
        for (const reference of referencesIn(`${text} ${address} ${text}#1`))
          expect(canonicalReference(reference)).toBe(reference)
      }),
    )
  })

  test.each([
    ['one word', 'a'.repeat(100_000)],
    ['slashes', 'a/'.repeat(50_000)],
    ['addresses', 'http://'.repeat(15_000)],
    ['numbers', '#1'.repeat(50_000)],
    ['keys', 'AB-'.repeat(30_000)],
  ])('in a long text of %s is found at once', (_, text) => {
    for (let i = 0; i < 5; i++) referencesIn(text)
  })
})

describe('a link', () => {
  test.each([
    ['https://github.com/acme/checkout-api/issues/412', 'acme/checkout-api#412'],
    ['HTTPS://github.com/acme/checkout-api/pull/412', 'acme/checkout-api#412'],
    ['#412', 'acme/checkout-api#412'],
    ['acme/ledger#7', 'acme/ledger#7'],
    ['PAY-123', 'PAY-123'],
    ['ci-run-8812', 'ci-run-8812'],
    ['https://ci.example/run/8812', 'https://ci.example/run/8812'],
    ['https://[', 'https://['],
  ])('%s is written %s', (link, reference) => {
    expect(canonicalReference(link, repository)).toBe(reference)
  })
})
