import { escapeHtml, inertText } from '../notifications/inert-text.ts'
import type { MailText } from '../notifications/render/mail.ts'
import { type AfterSend, afterSend, type SendOutcome } from '../notifications/sending.ts'
import { type Role, roleName } from './role.ts'
import type { ServiceLimit } from './service-limit.ts'

/** A link to an account, as a mail brings it. */
export type MailedLink = {
  /** With the secret in it. */
  readonly link: string
  readonly publicUrl: string
  readonly expiresAt: number
} & (
  | { readonly kind: 'reset' }
  | { readonly kind: 'invitation'; readonly madeBy: string; readonly role: Role; readonly services: ServiceLimit }
)

const NAME_MOST = 100

/** The mail: what it is for, the link, and what to do when it came to the wrong person. */
export function accountMail(mailed: MailedLink): MailText {
  const { subject, before, after } = wordsOf(mailed)
  const link = escapeHtml(mailed.link)
  return {
    subject,
    text: [...before, mailed.link, ...after].join('\n\n').concat('\n'),
    html: [
      '<!doctype html><html lang="en"><body>',
      ...before.map(paragraph),
      `<p><a href="${link}">${link}</a></p>`,
      ...after.map(paragraph),
      '</body></html>',
    ].join('\n'),
  }
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`

function wordsOf(mailed: MailedLink): { subject: string; before: string[]; after: string[] } {
  const until = `It works once, until ${new Date(mailed.expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC.`
  if (mailed.kind === 'reset')
    return {
      subject: 'Choose a new password for Postflight',
      before: [
        `Somebody, probably you, forgot the password for this address at Postflight (${mailed.publicUrl}).`,
        'With this link you choose a new one. All your sessions end then; an authenticator app and passkeys stay.',
      ],
      after: [until, 'If it was not you, do nothing: your password is as it was. Give the link to nobody.'],
    }
  const limit = mailed.services === undefined ? '' : `, to change things of ${mailed.services.map(inert).join(', ')}`
  return {
    subject: 'You are invited to Postflight',
    before: [
      `${inert(mailed.madeBy)} invites you to Postflight (${mailed.publicUrl}) as ${roleName(mailed.role)}${limit}.`,
      'With this link you make your account and choose a password.',
    ],
    after: [until, 'If you do not know what this is, do nothing. Give the link to nobody.'],
  }
}

const inert = (name: string): string => inertText(name, NAME_MOST)

/** What follows from trying to send it: as with other messages, and never beyond the end of its link. */
export function afterAccountMail(
  outcome: SendOutcome,
  facts: { readonly attempt: number; readonly createdAt: number; readonly now: number; readonly expiresAt: number },
  spread: number,
): AfterSend {
  const after = afterSend(outcome, facts, spread)
  return after.state === 'ready' && after.dueAt >= facts.expiresAt
    ? { state: 'failed', reason: `${after.reason} Tried ${facts.attempt} times; then the link would have ended.` }
    : after
}
