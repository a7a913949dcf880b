import { isOpen } from '../../core/defect/defect-course.ts'
import { NEWS_FOR_MS } from '../../core/notifications/subscription.ts'
import type { Db } from '../../store/database.ts'
import type { DefectRecord } from '../../store/defects/defects.ts'
import type { Judgement } from '../../store/defects/judgements.ts'
import { getDefectToTell } from '../../store/notifications/told-defect.ts'
import { announce } from './announce.ts'

/**
 * Tells which release is suspected of a defect as it stands, once for each release: when suspicion moves on, that is told,
 * and not when it comes back. It is news for a day after the defect was first seen, or came back.
 */
export async function announceSuspicion(trx: Db, defect: DefectRecord, now: number): Promise<void> {
  const at = defect.generation.since ?? defect.firstSeenAt
  // Most defects of an import go no further than this.
  if (!isOpen(defect.status) || now - at > NEWS_FOR_MS) return
  const { service, environment, suspect, id, title, severity } = await getDefectToTell(trx, defect.id)
  if (!suspect) return
  await announce(
    trx,
    {
      event: 'defect-attributed',
      key: `defect-attributed:${id}:${suspect.releaseId}`,
      at,
      service: service ?? suspect.service,
      environment,
      defect: { id, title, severity },
      release: { service: suspect.service, version: suspect.version },
      probability: suspect.probability,
      reason: suspect.reason,
    },
    now,
  )
}

/** Tells that a defect came back, once for each time it did. */
export async function announceReturn(
  trx: Db,
  defectId: number,
  { standing, generations }: Judgement,
  now: number,
): Promise<void> {
  const life = generations.at(-1)
  if (!life || life.number === 1 || !isOpen(standing.status) || now - life.since > NEWS_FOR_MS) return
  const { service, environment, id, title, severity } = await getDefectToTell(trx, defectId)
  await announce(
    trx,
    {
      event: 'defect-regressed',
      key: `defect-regressed:${defectId}:${life.number}`,
      at: life.since,
      service,
      environment,
      defect: { id, title, severity },
      sentence: life.sentence ?? '',
    },
    now,
  )
}
