import type { RuleFired } from '../../core/notifications/announcement.ts'
import { shownName } from '../../core/oncall/on-call.ts'
import type { Judgement } from '../../core/rules/judge-rule.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import { ruleSentence } from '../../core/rules/rule-sentence.ts'
import { counted } from '../../core/text/wording.ts'
import type { Db } from '../../store/database.ts'
import type { RuleRow } from '../../store/rules/rules.ts'
import { announce } from '../notifications/announce.ts'
import { whoIsOnCall } from '../oncall/who-is-on-call.ts'

/** A firing as people are told of it. */
export interface ToldFiring {
  readonly firingId: number
  readonly row: RuleRow
  readonly occurrence: Occurrence
  readonly judgement: Judgement
  readonly what: string
  readonly emergencyId: number | undefined
  /** What it did, and what it did not, in sentences. */
  readonly done: readonly string[]
}

/**
 * Has people told of a firing, in its transaction: over the channels that the rule names, else over those that hear of
 * rules, and by mail where the schedule gives an address.
 * @returns what was done, in a sentence
 */
export async function tellOnCall(trx: Db, told: ToldFiring, now: number): Promise<string> {
  const { row, occurrence, emergencyId } = told
  const onCall = await whoIsOnCall(trx, occurrence.service.id, now)
  const name = onCall?.now?.name
  const announcement: RuleFired = {
    event: 'rule-fired',
    key: `rule-fired/${told.firingId}`,
    at: occurrence.at,
    service: occurrence.service.name,
    environment: occurrence.environment?.name,
    title: told.what,
    lines: [
      { label: 'On call', text: name === undefined ? 'nobody, by the schedules' : shownName(name) },
      ...told.done.map((text) => ({ text })),
      { label: `Rule “${row.name}”`, text: ruleSentence(row.rule) },
      ...told.judgement.reasons.map(({ sentence }) => ({ text: sentence })),
    ],
    path: pathOf(told),
    severity: occurrence.defect?.severity,
    urgent: true,
  }
  const { channels } = row.rule.actions
  const byChannel = await announce(trx, announcement, now, channels.length > 0 ? { channels } : undefined)
  const mail = [...(name ?? '').matchAll(/<([^<>\s]+@[^<>\s]+)>/g)].map(([, address]) => address as string)
  const byMail = mail.length > 0 ? await announce(trx, announcement, now, { mail }) : 0
  const who = name === undefined ? 'Nobody is on call by the schedules' : `On call: ${shownName(name)}`
  if (byChannel + byMail === 0) return `${who}. No channel hears of it, so that nobody was told.`
  return `${who}. Told over ${counted(byChannel, 'channel')}${byMail > 0 ? ' and by mail' : ''}${emergencyId === undefined ? '' : `, with ER-${emergencyId}`}.`
}

function pathOf({ emergencyId, occurrence, row }: ToldFiring): string {
  if (emergencyId !== undefined) return `/emergency/ER-${emergencyId}`
  if (occurrence.defect) return `/defects/PF-${occurrence.defect.id}`
  if (occurrence.release)
    return `/releases/${encodeURIComponent(occurrence.service.name)}/${encodeURIComponent(occurrence.release.version)}`
  return `/rules/${row.id}`
}
