import { describe, expect, test } from 'vitest'
import {
  inertDiscord,
  inertHtml,
  inertMattermost,
  inertSlack,
  inertText,
} from '../../../src/core/notifications/inert-text.ts'

const PARTS = '\u2060'

describe('words from outside', () => {
  test.each([
    ['Capture fails with 409', 'Capture fails with 409'],
    ['checkout-api 4.18.0+build.7 (82 %)', 'checkout-api 4.18.0+build.7 (82 %)'],
    ['two\nlines\r\n\tof text', 'two lines of text'],
    ['@channel look', `@${PARTS}channel look`],
    ['@everyone @here <!channel>', `@${PARTS}everyone @${PARTS}here <!channel>`],
    ['https://evil.example/a', `https:${PARTS}//evil.example/a`],
    ['HTTP://evil.example', `HTTP:${PARTS}//evil.example`],
    ['www.evil.example', `www${PARTS}.evil.example`],
    ['mailto:a@evil.example', `mailto${PARTS}:a@${PARTS}evil.example`],
    // What is put in to hide something is written out, and cannot stand in for what parts.
    ['@\u2060channel', `@${PARTS}[U+2060]channel`],
    ['pay\u202Etxt.exe', 'pay[U+202E]txt.exe'],
    ['bell\u0007 null\u0000', 'bell null'],
  ])('%j become %j', (text, inert) => {
    expect(inertText(text, 200)).toBe(inert)
  })

  test('are cut', () => {
    expect(inertText('x'.repeat(500), 120)).toBe('x'.repeat(120))
    expect(inertText('👩'.repeat(500), 3)).toBe('👩👩👩')
  })
})

test.each([
  ['<!channel> & <@U123>', `&lt;!channel&gt; &amp; &lt;@${PARTS}U123&gt;`],
  ['<https://evil.example|Sign in>', `&lt;https:${PARTS}//evil.example|Sign in&gt;`],
])('Slack shows %j as it is', (text, inert) => {
  expect(inertSlack(text, 200)).toBe(inert)
})

test.each([
  ['@everyone', `@${PARTS}everyone`],
  ['<@&12> <#34> <:x:56> <t:1>', `\\<@${PARTS}&12\\> \\<\\#34\\> \\<\\:x\\:56\\> \\<t\\:1\\>`],
  ['[Sign in](https://evil.example)', `\\[Sign in\\]\\(https\\:${PARTS}//evil.example\\)`],
  [
    '**bold** _it_ ~~gone~~ ||spoiler|| `code`',
    '\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~ \\|\\|spoiler\\|\\| \\`code\\`',
  ],
  ['\\*not bold\\*', '\\\\\\*not bold\\\\\\*'],
  ['# head\n> quote\n- list', '\\# head \\> quote \\- list'],
])('Discord shows %j as it is', (text, inert) => {
  expect(inertDiscord(text, 200)).toBe(inert)
})

test.each([
  ['@channel @all', `@${PARTS}channel @${PARTS}all`],
  ['~town-square #outage :fire:', `\\~${PARTS}town\\-square \\#${PARTS}outage :${PARTS}fire:`],
  ['[Sign in](https://evil.example)', `\\[Sign in\\]\\(https:${PARTS}//evil\\.example\\)`],
  ['![x](y) **b** `c` | a |', '\\!\\[x\\]\\(y\\) \\*\\*b\\*\\* \\`c\\` \\| a \\|'],
  ['\\@here', `\\\\@${PARTS}here`],
])('Mattermost shows %j as it is', (text, inert) => {
  expect(inertMattermost(text, 200)).toBe(inert)
})

test('HTML shows it as it is', () => {
  expect(inertHtml(`<img src=x onerror="a('b')"> & more`, 200)).toBe(
    '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt; &amp; more',
  )
})
