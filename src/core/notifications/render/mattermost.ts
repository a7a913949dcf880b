import { inertMattermost, inertText } from '../inert-text.ts'
import type { Line, Message, Tone } from '../message.ts'
import { fitting, LINE_MOST, linkOf, TITLE_MOST } from './limits.ts'

/** Half of what a post held in old versions. */
const TEXT_MOST = 3_500

/** A message for an incoming webhook of Mattermost: one attachment. */
export function mattermostMessage(message: Message, publicUrl: string): object {
  return {
    attachments: [
      {
        fallback: inertText(message.title, TITLE_MOST),
        color: COLORS[message.tone],
        title: inertMattermost(message.title, TITLE_MOST),
        title_link: linkOf(publicUrl, message.path),
        text: fitting(
          message.lines.map((line) => lineOf(line, publicUrl)),
          TEXT_MOST,
        ).join('\n'),
      },
    ],
  }
}

const COLORS: Readonly<Record<Tone, string>> = {
  bad: '#b42318',
  warning: '#b54708',
  good: '#027a48',
  neutral: '#475467',
}

function lineOf({ label, text, path }: Line, publicUrl: string): string {
  const inert = inertMattermost(text, LINE_MOST)
  const told = path === undefined ? inert : `[${inert}](${linkOf(publicUrl, path)})`
  return label === undefined ? told : `**${inertMattermost(label, TITLE_MOST)}:** ${told}`
}
