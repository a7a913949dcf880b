import { revealHidden } from '../text/hidden-characters.ts'
import { cleanLine } from '../text/text.ts'

/**
 * Words that came from outside, as they may stand in a message: one line, nothing hidden in it, and nothing of which a
 * reader's program makes a link or a mention by itself. Who can name a defect must not be able to call everybody
 * together, nor to send people somewhere. U+2060 takes no room and breaks no line; it parts what would be recognised.
 */
export function inertText(text: string, maxCodePoints: number): string {
  return cleanLine(revealHidden(cleanLine(text, maxCodePoints)), maxCodePoints)
    .replace(/:\/\//g, `:${PARTS}//`)
    .replace(/\b(www|mailto|tel)([.:])/gi, `$1${PARTS}$2`)
    .replace(/@/g, `@${PARTS}`)
}

const PARTS = '\u2060'

/** The same, safe between the tags of HTML and in its attributes. */
export const inertHtml = (text: string, maxCodePoints: number): string => escapeHtml(inertText(text, maxCodePoints))

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => HTML_WORDS[char] ?? '')

const HTML_WORDS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Slack's fallback text: its three control characters (docs.slack.dev, "Formatting message text", read 2026-11). */
export const inertSlack = (text: string, maxCodePoints: number): string =>
  inertText(text, maxCodePoints).replace(/[&<>]/g, (char) => HTML_WORDS[char] ?? '')

/** Discord: a backslash takes the meaning of any punctuation; `<@1>`, `<#1>` and `<:name:1>` begin with one as well. */
export const inertDiscord = (text: string, maxCodePoints: number): string =>
  inertText(text, maxCodePoints).replace(/[\\`*_~|<>[\]()#:+-]/g, '\\$&')

/**
 * Mattermost: what its Markdown lets a backslash escape, and a parting where it would see a channel, a hashtag, an emoji
 * or a user, for which it knows no escape.
 */
export const inertMattermost = (text: string, maxCodePoints: number): string =>
  inertText(text, maxCodePoints)
    .replace(/[\\`*_{}[\]()#+.!>~|-]/g, '\\$&')
    .replace(/[~#:](?=[\p{L}\p{N}_+-])/gu, `$&${PARTS}`)
