import type { AuditActor } from '../../core/audit/entry.ts'
import { readSchedule, scheduleWords, type WrittenSchedule } from '../../core/oncall/read-schedule.ts'
import { judgeUrl, type OutboundAllow, refusalSentence } from '../../core/outbound-rule.ts'
import type { Db, Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import {
  deleteSchedule,
  findSchedule,
  listSchedules,
  type ScheduleRow,
  saveSchedule,
} from '../../store/oncall/on-call-schedules.ts'
import { findService } from '../../store/services/services.ts'
import { SealBroken, type SealedPlace, type SecretBox } from '../access/secret-box.ts'
import { recordAudit } from '../audit/record-audit.ts'

export type ScheduleSaved =
  | { readonly kind: 'saved'; readonly id: number }
  | { readonly kind: 'not-found' }
  /** By the names of the form's fields. */
  | { readonly kind: 'refused'; readonly problems: Readonly<Record<string, string>> }

const LONGEST_ADDRESS = 2_000

/**
 * Makes the schedule of a service or of all, or sets one anew.
 * @param wanted.service empty: of all services without one of their own
 * @param wanted.address of the calendar; empty: the one there is stays
 */
interface By {
  readonly actor: AuditActor
  readonly now: number
}

export async function saveOnCallSchedule(
  parts: { readonly store: Store; readonly secretBox: SecretBox; readonly allow: OutboundAllow },
  wanted: {
    readonly id: number | undefined
    readonly service: string
    readonly address: string
    readonly written: WrittenSchedule
  },
  { actor, now }: By,
): Promise<ScheduleSaved> {
  const { store, secretBox, allow } = parts
  const held = wanted.id === undefined ? undefined : await findSchedule(store.db, wanted.id)
  if (wanted.id !== undefined && !held) return { kind: 'not-found' }
  const problems: Record<string, string> = {}
  const service = wanted.service === '' ? undefined : await findService(store.db, wanted.service)
  if (wanted.service !== '' && !service) problems.service = 'There is no such service.'
  const read = readSchedule(wanted.written)
  if (!read.ok) Object.assign(problems, read.problems)
  const address = addressOf(wanted.address)
  if (read.ok && read.settings.base.kind === 'calendar') {
    const judged = address === '' ? undefined : judgeUrl(address, allow)
    if (judged && !judged.ok) problems.address = refusalSentence(judged.refusal)
    if (address === '' && held?.sealedAddress === undefined) problems.address = 'Give the address of the calendar.'
    if (address.length > LONGEST_ADDRESS) problems.address = `At most ${LONGEST_ADDRESS} characters.`
  }
  if (!read.ok || Object.keys(problems).length > 0) return { kind: 'refused', problems }
  const isNew = read.settings.base.kind === 'calendar' && address !== ''
  try {
    const id = await store.transaction(async (trx) => {
      const schedule = {
        id: wanted.id,
        serviceId: service?.id,
        settings: read.settings,
        seal: isNew ? (row: number) => secretBox.seal(placeOf(row), address) : undefined,
      }
      const saved = await saveSchedule(trx, schedule, { name: actor.name, now })
      if (saved === undefined) return undefined
      const action = held ? 'schedule.changed' : 'schedule.created'
      const change = { schedule: scheduleWords(read.settings), newAddress: isNew }
      await recordAudit(trx, { actor, action, subject: subjectOf(saved, service?.name), change }, now)
      return saved
    })
    return id === undefined ? { kind: 'not-found' } : { kind: 'saved', id }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const whose = service ? service.name : 'all services'
    return { kind: 'refused', problems: { service: `There is a schedule of ${whose} already; change that one.` } }
  }
}

/** @returns whether it was there */
export const removeOnCallSchedule = (store: Store, id: number, { actor, now }: By): Promise<boolean> =>
  store.transaction(async (trx) => {
    const held = await findSchedule(trx, id)
    if (!held || !(await deleteSchedule(trx, id))) return false
    await recordAudit(trx, { actor, action: 'schedule.removed', subject: subjectOf(id, held.service) }, now)
    return true
  })

const subjectOf = (id: number, service: string | undefined) => ({
  kind: 'schedule',
  id,
  name: service ?? 'all services',
})

/** As browsers subscribe to calendars; it is HTTPS all the same. */
const addressOf = (text: string): string => text.trim().replace(/^webcals?:\/\//i, 'https://')

const placeOf = (id: number): SealedPlace => ({ purpose: 'on_call_schedules.sealed_address', row: String(id) })

/** Undefined: it cannot be opened with this key file, or there is none. */
export function openAddress(secretBox: SecretBox, schedule: ScheduleRow): string | undefined {
  if (schedule.sealedAddress === undefined) return undefined
  try {
    return secretBox.open(placeOf(schedule.id), schedule.sealedAddress)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return undefined
  }
}

/** Opens every address once, as the start does with other secrets. @throws SealBroken */
export async function assertAddressesOpen(db: Db, secretBox: SecretBox): Promise<void> {
  for (const { id, sealedAddress } of await listSchedules(db))
    if (sealedAddress !== undefined) secretBox.open(placeOf(id), sealedAddress)
}
