import { escapeHtml, inertHtml, inertText } from '../inert-text.ts'
import type { Line, Message } from '../message.ts'
import { LINE_MOST, linkOf, TITLE_MOST } from './limits.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** A message as a mail: plain text, and the same in HTML without anything to load. */
export function mailMessage(message: Message, publicUrl: string): MailText {
  const link = linkOf(publicUrl, message.path)
  const title = inertText(message.title, TITLE_MOST)
  return {
    subject: title,
    text: [title, '', ...message.lines.map((line) => textLine(line, publicUrl)), '', link, ''].join('\n'),
    html: [
      '<!doctype html><html lang="en"><body>',
      `<h1 style="font-size:18px">${inertHtml(message.title, TITLE_MOST)}</h1>`,
      ...message.lines.map((line) => htmlLine(line, publicUrl)),
      `<p><a href="${escapeHtml(link)}">Open in Postflight</a></p>`,
      '</body></html>',
    ].join('\n'),
  }
}

function textLine({ label, text, path }: Line, publicUrl: string): string {
  const told =
    label === undefined ? inertText(text, LINE_MOST) : `${inertText(label, TITLE_MOST)}: ${inertText(text, LINE_MOST)}`
  return path === undefined ? told : `${told}\n  ${linkOf(publicUrl, path)}`
}

function htmlLine({ label, text, path }: Line, publicUrl: string): string {
  const inert = inertHtml(text, LINE_MOST)
  const told = path === undefined ? inert : `<a href="${escapeHtml(linkOf(publicUrl, path))}">${inert}</a>`
  return `<p>${label === undefined ? '' : `<b>${inertHtml(label, TITLE_MOST)}:</b> `}${told}</p>`
}
