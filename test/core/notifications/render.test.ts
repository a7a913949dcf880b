import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/core/notifications/announcement.ts'
import { digestOf, type Message, messageOf } from '../../../src/core/notifications/message.ts'
import { discordMessage } from '../../../src/core/notifications/render/discord.ts'
import { mailMessage } from '../../../src/core/notifications/render/mail.ts'
import { mattermostMessage } from '../../../src/core/notifications/render/mattermost.ts'
import { slackMessage } from '../../../src/core/notifications/render/slack.ts'
import { teamsMessage } from '../../../src/core/notifications/render/teams.ts'
import { webhookMessage } from '../../../src/core/notifications/render/webhook.ts'
import { aSuspicion } from '../../support/channels.ts'
import { day } from '../../support/factories.ts'

const URL_HERE = 'https://postflight.example'
const PARTS = '\u2060'

const HOSTILE =
  '<!channel> @everyone <@U1> [Sign in](https://evil.example) <https://evil.example|x> *b* <b>h</b> www.evil.example \u202Eexe'
const hostile: Announcement = aSuspicion({
  defect: { id: 7, title: HOSTILE, severity: 'S1' },
  reason: HOSTILE,
  release: { service: HOSTILE, version: HOSTILE },
  service: HOSTILE,
})

const RENDERERS: Readonly<Record<string, (message: Message) => object>> = {
  slack: (message) => slackMessage(message, URL_HERE),
  teams: (message) => teamsMessage(message, URL_HERE),
  discord: (message) => discordMessage(message, URL_HERE),
  mattermost: (message) => mattermostMessage(message, URL_HERE),
  mail: (message) => mailMessage(message, URL_HERE),
}

describe.each(Object.entries(RENDERERS))('a message for %s', (_, render) => {
  test('holds nothing that becomes a mention or a link by itself', () => {
    const text = JSON.stringify(render(messageOf(hostile)))
    // Every address in it is ours, or that of the format.
    expect([...text.matchAll(/https?:\/\/[^"\\<> )]*/g)].map(([url]) => new URL(url).host)).toEqual(
      expect.not.arrayContaining(['evil.example']),
    )
    expect(text).not.toMatch(/@(everyone|U1|channel)/)
    expect(text).not.toContain('www.')
    expect(text).not.toContain('\u202E')
    expect(text).toContain('202E')
  })

  test('leads to the page', () => {
    expect(JSON.stringify(render(messageOf(aSuspicion())))).toContain(`${URL_HERE}/defects/PF-7`)
  })
})

test('Slack reads no mark-up in what came from outside', () => {
  const { text, blocks } = slackMessage(messageOf(hostile), URL_HERE) as {
    text: string
    blocks: { type: string; text?: { type: string }; elements?: { elements: { type: string; url?: string }[] }[] }[]
  }
  expect(text).not.toMatch(/[<>]/)
  expect(blocks.map(({ type }) => type)).toEqual(['header', 'rich_text'])
  expect(blocks[0]?.text?.type).toBe('plain_text')
  const elements = blocks[1]?.elements?.flatMap((section) => section.elements) ?? []
  expect(new Set(elements.map(({ type }) => type))).toEqual(new Set(['text', 'link']))
  expect(elements.filter(({ type }) => type === 'link').map(({ url }) => url)).toEqual([`${URL_HERE}/defects/PF-7`])
})

test('Discord may mention nobody, and its embed stays within its limits', () => {
  const long = '*'.repeat(1_000)
  const many = digestOf([
    messageOf(aSuspicion()),
    ...Array.from({ length: 40 }, () => messageOf(aSuspicion({ defect: { id: 7, title: long, severity: 'S1' } }))),
  ])
  for (const message of [messageOf(hostile), many]) {
    const rendered = discordMessage(message, URL_HERE) as {
      allowed_mentions: object
      embeds: { title: string; description: string }[]
    }
    expect(rendered.allowed_mentions).toEqual({ parse: [] })
    expect(rendered.embeds[0]?.title.length).toBeLessThanOrEqual(256)
    expect(rendered.embeds[0]?.description.length).toBeLessThanOrEqual(4_096)
  }
})

test('Teams gets runs of text, which know no Markdown, and one button that opens the page', () => {
  const { attachments } = teamsMessage(messageOf(hostile), URL_HERE) as {
    attachments: { contentType: string; content: { body: { type: string }[]; actions: object[] } }[]
  }
  expect(attachments[0]?.contentType).toBe('application/vnd.microsoft.card.adaptive')
  expect(new Set(attachments[0]?.content.body.map(({ type }) => type))).toEqual(new Set(['RichTextBlock']))
  expect(attachments[0]?.content.actions).toEqual([
    { type: 'Action.OpenUrl', title: 'Open in Postflight', url: `${URL_HERE}/defects/PF-7` },
  ])
})

test('a mail has a subject on one line and markup that is ours alone', () => {
  const { subject, text, html } = mailMessage(
    messageOf(aSuspicion({ defect: { id: 7, title: 'Fails\r\nBcc: x@evil.example', severity: 'S1' } })),
    URL_HERE,
  )
  expect(subject).toBe(`S1 PF-7: Fails Bcc: x@${PARTS}evil.example`)
  expect(text).toContain(`\n${URL_HERE}/defects/PF-7\n`)
  expect(html).toContain(`<a href="${URL_HERE}/defects/PF-7">`)
  expect(mailMessage(messageOf(hostile), URL_HERE).html).not.toContain('<b>h</b>')
  expect(html).not.toMatch(/<(img|script|link|style)/)
})

test('a program gets the facts as they are, with the words and the link', () => {
  expect(webhookMessage([aSuspicion()], URL_HERE, day(3))).toEqual({
    type: 'postflight.defect-attributed',
    timestamp: '2026-03-03T00:00:00.000Z',
    data: {
      key: 'defect-attributed:7:checkout-api:b',
      service: 'checkout-api',
      environment: 'production',
      defect: { id: 7, title: 'Capture fails with 409', severity: 'S1' },
      release: { service: 'checkout-api', version: 'b' },
      probability: 0.82,
      reason: 'It was first seen 4 minutes after b went live.',
      title: 'S1 PF-7: Capture fails with 409',
      lines: [
        { label: 'Suspected', text: 'checkout-api b (82 %)' },
        { label: 'Because', text: 'It was first seen 4 minutes after b went live.' },
        { label: 'Where', text: 'checkout-api in production' },
      ],
      url: `${URL_HERE}/defects/PF-7`,
    },
  })
  expect(webhookMessage([aSuspicion(), hostile], URL_HERE, day(3))).toMatchObject({
    type: 'postflight.digest',
    timestamp: '2026-03-04T00:00:00.000Z',
    data: { messages: [{ type: 'postflight.defect-attributed' }, { data: { reason: HOSTILE } }] },
  })
})

test('where a rule leads stays on this server', () => {
  const rule = (path: string): Announcement => ({
    event: 'rule-fired',
    key: 'rule-fired:1',
    at: day(2),
    service: undefined,
    environment: undefined,
    title: 'x',
    lines: [],
    path,
    severity: undefined,
    urgent: false,
  })
  for (const path of ['//evil.example', 'https://evil.example', '/\\evil.example', '/a\\b', 'javascript:alert(1)'])
    expect(messageOf(rule(path)).path).toBe('/')
  expect(messageOf(rule('/defects?service=a')).path).toBe('/defects?service=a')
})

test('names that hold slashes stay names in the link', () => {
  const suspect: Announcement = {
    event: 'release-suspect',
    key: 'release-suspect:1',
    at: day(2),
    service: 'a/b c',
    environment: 'production',
    version: '../1?x#y',
    reasons: ['More defects than usual.'],
  }
  expect(messageOf(suspect)).toMatchObject({
    title: 'a/b c ../1?x#y is suspect in production',
    path: '/releases/a%2Fb%20c/..%2F1%3Fx%23y',
  })
})

test('several are told in one, twenty by name', () => {
  const one = messageOf(aSuspicion())
  expect(digestOf([one])).toBe(one)
  const many = digestOf([one, ...Array.from({ length: 24 }, () => one)])
  expect(many).toMatchObject({ event: 'digest', title: '25 messages from Postflight', path: '/', tone: 'bad' })
  expect(many.lines).toHaveLength(21)
  expect(many.lines[0]).toEqual({ text: 'S1 PF-7: Capture fails with 409', path: '/defects/PF-7' })
  expect(many.lines.at(-1)).toEqual({ text: 'and 5 more' })
})
