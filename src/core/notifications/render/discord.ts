import { inertDiscord } from '../inert-text.ts'
import type { Line, Message, Tone } from '../message.ts'
import { fitting, LINE_MOST, linkOf, TITLE_MOST } from './limits.ts'

/** A description holds 4,096 characters (discord.com/developers, "Embed limits", read 2026-11). */
const DESCRIPTION_MOST = 4_000

/** A message for a webhook of Discord: one embed, and nobody may be mentioned whatever it says. */
export function discordMessage(message: Message, publicUrl: string): object {
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: inertDiscord(message.title, TITLE_MOST),
        url: linkOf(publicUrl, message.path),
        description: fitting(
          message.lines.map((line) => lineOf(line, publicUrl)),
          DESCRIPTION_MOST,
        ).join('\n'),
        color: COLORS[message.tone],
      },
    ],
  }
}

const COLORS: Readonly<Record<Tone, number>> = { bad: 0xb42318, warning: 0xb54708, good: 0x027a48, neutral: 0x475467 }

function lineOf({ label, text, path }: Line, publicUrl: string): string {
  const inert = inertDiscord(text, LINE_MOST)
  const told = path === undefined ? inert : `[${inert}](<${linkOf(publicUrl, path)}>)`
  return label === undefined ? told : `**${inertDiscord(label, TITLE_MOST)}:** ${told}`
}
