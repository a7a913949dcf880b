import { expect, it } from 'vitest'
import { plainText } from '../../src/sources/azure-devops/plain-text.ts'

it.each([
  ['<div>Buy for 10 &amp; a voucher.<br>Root cause: 9f3c2ab4</div>', 'Buy for 10 & a voucher.\nRoot cause: 9f3c2ab4'],
  ['<p>a</p><p>b</p>', 'a\nb'],
  ['<ul><li>a</li><li>b</li></ul>', 'a\nb'],
  ['5 < 6 and 7 > 3', '5 < 6 and 7 > 3'],
  ['&lt;b&gt; stays, once', '<b> stays, once'],
  ['&amp;lt;', '&lt;'],
  ['<img src="x" onerror="alert(1)">', undefined],
  ['', undefined],
  [null, undefined],
])('%j is %j', (html, text) => {
  expect(plainText(html, 1000)).toBe(text)
})

it('is read in a time that grows with its length alone', () => {
  const hostile = '<'.repeat(100_000) + '<br '.repeat(20_000)
  expect(plainText(hostile, 20_000)?.length).toBeLessThanOrEqual(20_000)
})
