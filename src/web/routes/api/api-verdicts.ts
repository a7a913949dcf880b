import { z } from 'zod'
import { frozenSentence } from '../../../core/time/freeze.ts'
import { SIGN_WORDS, signOf, stayOf } from '../../../core/verdict/release-sign.ts'
import type { Verdict } from '../../../core/verdict/verdict.ts'
import { type DeployLock, listLocks } from '../../../store/deployments/deploy-locks.ts'
import { listInForce } from '../../../store/deployments/freezes.ts'
import { type JudgedInPlace, judgeInPlace } from '../../../store/measures/release-verdicts.ts'
import { findRelease } from '../../../store/releases/release-queries.ts'
import { findEnvironment } from '../../../store/services/services.ts'
import { unknownName } from '../../api/api-answers.ts'
import { type gateAnswer, type releaseVerdict, verdictWord } from '../../api/api-schemas.ts'
import type { Deps } from '../../deps.ts'
import { badInput } from '../../problems.ts'
import { anyOf, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'
import { unknownRelease } from './api-releases.ts'

export const gateQuery = z.object({
  environment: nameParameter.meta({ description: 'Where the release has been running.' }),
  accept: anyOf([...verdictWord.options, 'frozen'])
    .prefault('healthy')
    .meta({
      description:
        'Verdicts that pass, separated by commas; healthy alone unless told. With frozen among them a freeze in force does not stop it.',
    }),
  into: nameParameter
    .optional()
    .meta({ description: 'Where the release is to go next: a freeze there stops it. Absent: environment.' }),
})

/** For CI: is this release clean enough to go further? Judged anew at every call. */
export function registerGateRoute(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/releases/:service/:version/gate', { scope: 'read' }, async (c) => {
    const query = readQuery(c, gateQuery)
    if (query instanceof Response) return query
    const [service, version] = [c.req.param('service') ?? '', c.req.param('version') ?? '']
    const release = await findRelease(store.reader, service, version)
    if (!release) return await unknownRelease(c, store, service, version)
    const environment = await findEnvironment(store.reader, query.environment)
    if (!environment) return badInput(c, [unknownName('environment', query.environment)])
    const target = query.into === undefined ? environment : await findEnvironment(store.reader, query.into)
    if (!target) return badInput(c, [{ ...unknownName('environment', query.into ?? ''), path: 'into' }])
    const now = clock()
    const place = { serviceId: release.serviceId, environmentId: target.id }
    const [verdict, freezes, locks] = await Promise.all([
      judgeInPlace(store.reader, release, environment, now),
      listInForce(store.reader, place, now),
      listLocks(store.reader, { ...place, service, environment: target.name }),
    ])
    const isStopped = freezes.length > 0 && !query.accept.includes('frozen')
    const frozen = freezes.map(frozenSentence)
    const judged = [verdict.sentence, ...verdict.reasons.map(({ sentence }) => sentence)]
    return c.json<z.output<typeof gateAnswer>>({
      pass: query.accept.includes(verdict.word) && !isStopped && locks.length === 0,
      verdict: verdict.word,
      locked: locks.length > 0,
      reasons: [...locks.map(lockSentence), ...(isStopped ? [...frozen, ...judged] : [...judged, ...frozen])].filter(
        isFirst,
      ),
    })
  })
}

const lockSentence = ({ environment, reason, by }: DeployLock): string => `${environment} is locked by ${by}: ${reason}`

const isFirst = (sentence: string, i: number, all: readonly string[]): boolean => all.indexOf(sentence) === i

/** How the API writes a verdict. */
export const toVerdict = ({ environment, verdict, facts }: JudgedInPlace): z.output<typeof releaseVerdict> => ({
  environment,
  verdict: verdict.word,
  sign: SIGN_WORDS[signOf(stayOf(facts), verdict) ?? 'not-live'].toLowerCase(),
  sentence: verdict.sentence,
  numbers: verdict.numbers ?? null,
  comparison: toComparison(verdict),
  reasons: verdict.reasons.map(({ kind, speaks, title, sentence, value, limit, defectIds }) => ({
    kind,
    speaks,
    title,
    sentence,
    value: value ?? null,
    limit: limit ?? null,
    defects: (defectIds ?? []).map((id) => `PF-${id}`),
  })),
  method: verdict.method,
})

function toComparison({ comparison }: Verdict): z.output<typeof releaseVerdict>['comparison'] {
  if (!comparison) return null
  const { word, found, folded, expected, ratio, interval, visibleRatio, lifeDays, comparedDays, evidence } = comparison
  return {
    word,
    found,
    folded,
    expected,
    ratio,
    interval: { low: interval.low, high: Number.isFinite(interval.high) ? interval.high : null, confidence: 0.9 },
    visibleRatio: Number.isFinite(visibleRatio) ? visibleRatio : null,
    lifeDays,
    comparedDays,
    evidence: { ...evidence },
    earlierReleases: comparison.recentReleaseIds.length,
  }
}
