import { inertSlack, inertText } from '../inert-text.ts'
import type { Line, Message } from '../message.ts'
import { LINE_MOST, linkOf, TITLE_MOST } from './limits.ts'

/**
 * A message for an incoming webhook of Slack. Titles are plain text and lines are elements of rich text, in which Slack
 * looks for no mark-up; only `text`, for notifications on a phone, is read as mrkdwn.
 */
export function slackMessage(message: Message, publicUrl: string): object {
  return {
    text: inertSlack(message.title, TITLE_MOST),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: inertText(message.title, TITLE_MOST), emoji: false } },
      {
        type: 'rich_text',
        elements: [
          ...message.lines.map((line) => ({ type: 'rich_text_section', elements: elementsOf(line, publicUrl) })),
          {
            type: 'rich_text_section',
            elements: [{ type: 'link', url: linkOf(publicUrl, message.path), text: 'Open in Postflight' }],
          },
        ],
      },
    ],
  }
}

function elementsOf({ label, text, path }: Line, publicUrl: string): object[] {
  const inert = inertText(text, LINE_MOST)
  return [
    ...(label === undefined
      ? []
      : [{ type: 'text', text: `${inertText(label, TITLE_MOST)}: `, style: { bold: true } }]),
    path === undefined
      ? { type: 'text', text: `${inert}\n` }
      : { type: 'link', url: linkOf(publicUrl, path), text: inert },
    ...(path === undefined ? [] : [{ type: 'text', text: '\n' }]),
  ]
}
