import { type FakeCall, type FakeCi, type FakeReply, jsonOf, startFakeCi } from './fake-ci.ts'

export const AZURE_TOKEN = 'azure-right'

export interface FakeAzurePipelines extends FakeCi {
  declared: string[]
  showsParameters: boolean
}

/** Pipeline 12 of the project shop. */
export async function startFakeAzurePipelines(
  declared: readonly string[],
  clock: () => number,
): Promise<FakeAzurePipelines> {
  const ci = await startFakeCi((call) => answer(call, azure), { startsAt: /\/runs$/, clock })
  const azure: FakeAzurePipelines = Object.assign(ci, { declared: [...declared], showsParameters: true })
  return azure
}

function answer({ method, path, query, headers, text }: FakeCall, azure: FakeAzurePipelines): FakeReply {
  if (headers.authorization !== `Basic ${Buffer.from(`:${AZURE_TOKEN}`).toString('base64')}`)
    return { status: 203, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: '<title>Sign In</title>' }
  const call = `${method} ${path}`
  if (call === 'GET /shop/_apis/pipelines/12') return { status: 200, body: { id: 12, name: 'rollback' } }
  if (call === 'POST /shop/_apis/pipelines/12/runs') {
    const values = (jsonOf(text).templateParameters ?? {}) as Record<string, string>
    const unexpected = Object.keys(values).find((name) => !azure.declared.includes(name))
    if (unexpected)
      return {
        status: 400,
        body: {
          message: `/azure-pipelines.yml: Unexpected parameter '${unexpected}'`,
          typeKey: 'PipelineValidationException',
        },
      }
    const { id } = azure.start(values)
    return { status: 200, body: { id, name: `2026.${id}`, state: 'inProgress', _links: { web: { href: pageOf(id) } } } }
  }
  if (call === 'GET /shop/_apis/build/builds') {
    const since = Date.parse(query.get('minTime') ?? '')
    const runs = [...azure.listed()].reverse().filter(({ startedAt }) => startedAt >= since)
    const value = runs.slice(0, Number(query.get('$top') ?? 1000)).map(({ id, values }) => ({
      id,
      buildNumber: `2026.${id}`,
      templateParameters: azure.showsParameters ? values : {},
      _links: { web: { href: pageOf(id) } },
    }))
    return { status: 200, body: { count: value.length, value } }
  }
  return {
    status: 404,
    body: { message: 'VS800075: The project with id … does not exist, or you do not have permission' },
  }
}

const pageOf = (id: number) => `https://dev.azure.com/acme/shop/_build/results?buildId=${id}`
