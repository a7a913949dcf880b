import { inertText } from '../inert-text.ts'
import type { Line, Message, Tone } from '../message.ts'
import { LINE_MOST, linkOf, TITLE_MOST } from './limits.ts'

/**
 * A message for a Workflows webhook of Microsoft Teams: an Adaptive Card. Text stands in runs of rich text, which know no
 * Markdown; a mention would need an entity that we never send.
 */
export function teamsMessage(message: Message, publicUrl: string): object {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: inertText(message.title, TITLE_MOST),
          body: [
            richText([
              {
                type: 'TextRun',
                text: inertText(message.title, TITLE_MOST),
                weight: 'Bolder',
                size: 'Medium',
                color: COLORS[message.tone],
              },
            ]),
            ...message.lines.map((line) => richText(runsOf(line, publicUrl))),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open in Postflight', url: linkOf(publicUrl, message.path) }],
        },
      },
    ],
  }
}

const COLORS: Readonly<Record<Tone, string>> = {
  bad: 'Attention',
  warning: 'Warning',
  good: 'Good',
  neutral: 'Default',
}

const richText = (inlines: readonly object[]): object => ({ type: 'RichTextBlock', inlines })

const runsOf = ({ label, text, path }: Line, publicUrl: string): object[] => [
  ...(label === undefined ? [] : [{ type: 'TextRun', text: `${inertText(label, TITLE_MOST)}: `, weight: 'Bolder' }]),
  {
    type: 'TextRun',
    text: inertText(text, LINE_MOST),
    ...(path !== undefined && { selectAction: { type: 'Action.OpenUrl', url: linkOf(publicUrl, path) } }),
  },
]
