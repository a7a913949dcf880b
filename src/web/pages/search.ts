import { actSentence } from '../../../views/emergency/parts.tsx'
import { defectPath, deliveryPath, emergencyPath, releasePath, servicePath, withQuery } from '../../../views/paths.ts'
import type { Hit, HitGroup } from '../../../views/search/hits.tsx'
import type { Role } from '../../core/access/role.ts'
import { stateWord } from '../../core/emergency/words.ts'
import { askedVersions, askedWords, holdsVersion, searchWords } from '../../core/text/search-words.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { Db } from '../../store/database.ts'
import { type DefectListRow, listDefects, listRows } from '../../store/defects/defect-list.ts'
import { resolveDefect } from '../../store/defects/defects.ts'
import { type Emergency, findEmergency, listOpenEmergencies } from '../../store/emergency/emergencies.ts'
import { findDelivery } from '../../store/inbox/deliveries-queries.ts'
import { newestReleases, searchReleases, searchServices } from '../../store/overview/search-queries.ts'
import { actionsNamed, type Destination, pagesNamed } from './destinations.ts'

/** A search box takes this much; longer texts find nothing more. */
const LONGEST_TEXT = 200

/** Beyond these the worst and newest are looked through, not all sorted: an answer while somebody types is quick. */
const FEW = 1_000
const LOOK_AT = 1_000

export const readTyped = (text: string | undefined): string => cleanLine(text ?? '', LONGEST_TEXT)

/** What is called so, in the order in which people most likely mean it; at most `each` of every kind. */
export async function search(db: Db, typed: string, each: number, role: Role): Promise<HitGroup[]> {
  const words = askedWords(typed)
  const services = await searchServices(db, typed, each)
  const [exact, emergencies, releases, defects] = await Promise.all([
    exactHits(db, typed),
    typed === '' || words.length > 0 ? openEmergencies(db, typed) : [],
    searchReleases(db, typed, each),
    searchDefects(db, typed, each),
  ])
  // Of a service alone, its newest releases are what people want.
  const [first, ...others] = services
  const meant = first && (others.length === 0 || first.name.toLowerCase() === typed.toLowerCase()) ? first : undefined
  const newest = releases.length === 0 && meant ? await newestReleases(db, meant.id, 3) : []
  const found = exact.map(({ href }) => href)
  const groups: HitGroup[] = [
    { name: 'By number', hits: exact },
    { name: 'Under way', hits: emergencies.map(emergencyHit).filter(({ href }) => !found.includes(href)) },
    { name: 'Services', hits: services.map(({ name }) => serviceHit(name)) },
    {
      name: 'Releases',
      hits: [...releases, ...newest].map(({ service, version }) => ({
        kind: 'release',
        text: `${service} ${version}`,
        href: releasePath(service, version),
      })),
    },
    {
      name: 'Defects',
      hits: defects.map(defectHit).filter(({ href }) => !found.includes(href)),
      more: defects.length === each ? withQuery('/defects', { q: typed, status: 'any' }) : undefined,
    },
    { name: 'Pages', hits: pagesNamed(typed, role).map((page) => destinationHit('page', page)) },
    { name: 'Actions', hits: actionsNamed(typed, role).map((action) => destinationHit('action', action)) },
  ]
  return groups.filter(({ hits }) => hits.length > 0)
}

/**
 * The first `most` of all hits, still in their groups. Each group has a place: many defects whose titles have a word do
 * not hide the page that is called so.
 */
export function firstHits(groups: readonly HitGroup[], most: number): HitGroup[] {
  let left = most
  return groups.flatMap((group, i) => {
    const others = groups.length - 1 - i
    const hits = group.hits.slice(0, Math.max(Math.min(left, 1), left - others))
    left -= hits.length
    return hits.length > 0 ? [{ ...group, hits }] : []
  })
}

/** The one place that `PF-1284` or `ER-27` names; a bare number may name several. */
export async function namedPlace(db: Db, typed: string): Promise<string | undefined> {
  if (!/^(PF|ER)-/i.test(typed)) return undefined
  return (await exactHits(db, typed))[0]?.href
}

/** Emergency releases under way that have all the words; all of them while nothing is typed. */
async function openEmergencies(db: Db, typed: string): Promise<Emergency[]> {
  return (await listOpenEmergencies(db)).filter(({ id, service, environment, targetVersion }) => {
    const text = `emergency er-${id} ${service} ${environment} ${targetVersion}`
    const known = searchWords(text)
    return (
      askedWords(typed).every((word) => known.some((one) => one.startsWith(word))) &&
      askedVersions(typed).every((version) => holdsVersion(text, version))
    )
  })
}

/** `ER-27`, `PF-1284`, `#1284` or the bare number, which may be a delivery's as well. */
async function exactHits(db: Db, typed: string): Promise<Hit[]> {
  const [, emergencyId] = /^ER-([1-9]\d{0,14})$/i.exec(typed) ?? []
  if (emergencyId !== undefined) {
    const emergency = await findEmergency(db, Number(emergencyId))
    return emergency ? [emergencyHit(emergency)] : []
  }
  const [, prefix = '', digits] = /^(PF-|#)?([1-9]\d{0,14})$/i.exec(typed) ?? []
  if (digits === undefined) return []
  const id = await resolveDefect(db, Number(digits))
  const [defect] = id === undefined ? [] : await listRows(db, [id])
  const delivery = prefix === '' ? await findDelivery(db, Number(digits)) : undefined
  return [
    ...(defect ? [defectHit(defect)] : []),
    ...(delivery
      ? [
          {
            kind: 'delivery',
            text: `Delivery ${delivery.id}`,
            hint: delivery.source.name,
            href: deliveryPath(delivery.id),
          } as const,
        ]
      : []),
  ]
}

async function searchDefects(db: Db, typed: string, limit: number): Promise<readonly DefectListRow[]> {
  if (askedWords(typed).length === 0) return []
  return (await listDefects(db, { text: typed }, { sort: 'worst', limit, few: FEW, lookAt: LOOK_AT })).rows
}

const defectHit = ({ id, title, severity, status, service }: DefectListRow): Hit => ({
  kind: 'defect',
  text: title,
  id: `PF-${id}`,
  severity,
  status,
  hint: service,
  href: defectPath(id),
})

const emergencyHit = (emergency: Emergency): Hit => ({
  kind: 'emergency',
  text: `${emergency.service}: ${actSentence(emergency)}`,
  id: `ER-${emergency.id}`,
  hint: stateWord[emergency.state],
  href: emergencyPath(emergency.id),
})

const serviceHit = (name: string): Hit => ({
  kind: 'service',
  text: name,
  href: servicePath(name),
})

const destinationHit = (kind: 'page' | 'action', { text, href }: Destination): Hit => ({ kind, text, href })
