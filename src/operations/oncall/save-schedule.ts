import { readSchedule, type WrittenSchedule } from '../../core/oncall/read-schedule.ts'
import { judgeUrl, type OutboundAllow, refusalSentence } from '../../core/outbound-rule.ts'
import type { Db, Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import { findSchedule, listSchedules, type ScheduleRow, saveSchedule } from '../../store/oncall/on-call-schedules.ts'
import { findService } from '../../store/services/services.ts'
import { SealBroken, type SealedPlace, type SecretBox } from '../access/secret-box.ts'

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
export async function saveOnCallSchedule(
  parts: { readonly store: Store; readonly secretBox: SecretBox; readonly allow: OutboundAllow },
  wanted: {
    readonly id: number | undefined
    readonly service: string
    readonly address: string
    readonly written: WrittenSchedule
  },
  said: { readonly name: string; readonly now: number },
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
    const id = await store.transaction((trx) =>
      saveSchedule(
        trx,
        {
          id: wanted.id,
          serviceId: service?.id,
          settings: read.settings,
          seal: isNew ? (row) => secretBox.seal(placeOf(row), address) : undefined,
        },
        said,
      ),
    )
    return id === undefined ? { kind: 'not-found' } : { kind: 'saved', id }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    const whose = service ? service.name : 'all services'
    return { kind: 'refused', problems: { service: `There is a schedule of ${whose} already; change that one.` } }
  }
}

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
