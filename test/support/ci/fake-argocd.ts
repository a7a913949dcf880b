import { type FakeCall, type FakeCi, type FakeReply, jsonOf, startFakeCi } from './fake-ci.ts'

export const ARGOCD_TOKEN = 'argocd-right'

export interface FakeArgocd extends FakeCi {
  automated: boolean
  busy: boolean
  /** When the last operation began that was none of ours; undefined: there never was one. */
  otherAt: number | undefined
}

/** Application checkout-api of an Argo CD. */
export async function startFakeArgocd(clock: () => number): Promise<FakeArgocd> {
  const ci = await startFakeCi((call) => answer(call, argocd), { startsAt: /\/sync$/, clock })
  const argocd: FakeArgocd = Object.assign(ci, { automated: false, busy: false, otherAt: undefined })
  return argocd
}

const APPLICATION = '/api/v1/applications/checkout-api'
const says = (status: number, code: number, message: string): FakeReply => ({
  status,
  body: { error: message, code, message },
})

function answer({ method, path, headers, text }: FakeCall, argocd: FakeArgocd): FakeReply {
  if (headers.authorization !== `Bearer ${ARGOCD_TOKEN}`)
    return says(401, 16, 'invalid session: token signature is invalid')
  const call = `${method} ${path}`
  if (call === `GET ${APPLICATION}`) return { status: 200, body: applicationOf(argocd) }
  // It does not tell what is there from what may not be seen.
  if (call !== `POST ${APPLICATION}/sync`) return says(403, 7, 'permission denied')
  const { revision, infos } = jsonOf(text) as { revision: string; infos: { name: string; value: string }[] }
  if (argocd.automated) return says(400, 9, `Cannot sync to ${revision}: auto-sync currently set to main`)
  if (argocd.busy) return says(400, 9, 'another operation is already in progress')
  argocd.start({ ...Object.fromEntries(infos.map(({ name, value }) => [name, value])), revision })
  return { status: 200, body: { ...applicationOf(argocd), operation: operationOf(argocd) } }
}

function operationOf(argocd: FakeArgocd) {
  const last = argocd.runs.at(-1)
  const { revision, ...infos } = last?.values ?? {}
  return { info: Object.entries(infos).map(([name, value]) => ({ name, value })), sync: { revision } }
}

function applicationOf(argocd: FakeArgocd) {
  const last = argocd.listed().at(-1)
  const state = last
    ? { operation: operationOf(argocd), phase: 'Running', startedAt: new Date(last.startedAt).toISOString() }
    : argocd.otherAt !== undefined && {
        operation: { sync: { revision: 'main' } },
        phase: 'Succeeded',
        startedAt: new Date(argocd.otherAt).toISOString(),
      }
  return {
    metadata: { name: 'checkout-api', namespace: 'argocd' },
    spec: { project: 'default', syncPolicy: argocd.automated ? { automated: { prune: true } } : {} },
    status: {
      sync: { status: 'OutOfSync' },
      health: { status: 'Healthy' },
      history: [],
      ...(state && { operationState: state }),
    },
  }
}
