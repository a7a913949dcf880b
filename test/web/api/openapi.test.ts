import { beforeAll, describe, expect, test } from 'vitest'
import { readNativeDefect, readNativeDeployment } from '../../../src/sources/native-items.ts'
import { nativeDefect, nativeDeployment } from '../../../src/web/api/api-native-schemas.ts'
import { scopeOf } from '../../../src/web/routes.ts'
import { type Api, bodyOf, openApi } from '../../support/api.ts'
import { day } from '../../support/factories.ts'
import { testStoresOn } from '../../support/stores.ts'

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}
interface Operation {
  description?: string
  security?: unknown[]
  parameters: { name: string; in: string }[]
  responses: Record<string, { description?: string; content: Record<string, { schema: Record<string, unknown> }> }>
}

const LIMIT = ' A token that is limited to some services changes only what is of these.'

let api: Api
let document: Document
beforeAll(async () => {
  api = await openApi(testStoresOn('sqlite'))
  document = await bodyOf<Document>(await api.app.request('/api/v1/openapi.json'))
})

describe('openapi.json', () => {
  test('describes every route of the API and no other, each with the scope it needs', () => {
    const declared = api.routes.declared
      .filter(({ path }) => path.startsWith('/api/'))
      .map(({ method, path, policy }) => {
        const checksServices = typeof policy === 'object' && policy.perService === true
        const limit = method === 'GET' ? '' : checksServices ? LIMIT : ' No token limited to some services may call it.'
        const scope = scopeOf(policy) === undefined ? policy : `Needs the scope ${scopeOf(policy)}.${limit}`
        return `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${scope}`
      })
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { description, security }]) =>
          `${method.toUpperCase()} ${path} ${description ?? (security?.length === 0 ? 'open' : 'nothing')}`,
      ),
    )
    expect(described.sort()).toEqual(declared.sort())
    expect(declared.length).toBeGreaterThan(10)
  })

  test('says of every route who is refused, and where services count', () => {
    for (const operations of Object.values(document.paths))
      for (const [method, { description, responses }] of Object.entries(operations)) {
        const refusal = responses['403']?.description ?? ''
        expect([description === undefined, refusal.includes('scope')]).not.toEqual([false, false])
        expect(refusal.includes('limited to some services')).toBe(method !== 'get')
      }
  })

  test('has a parameter for every placeholder', () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const { parameters } of Object.values(operations)) {
        const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
        expect(path.match(/\{\w+\}/g) ?? []).toEqual(named)
      }
  })

  test('every reference in it leads somewhere', () => {
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer = '']) => pointer)
    expect(references.length).toBeGreaterThan(0)
    for (const reference of new Set(references)) {
      const target = reference
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], document)
      expect([reference, typeof target]).toEqual([reference, 'object'])
    }
  })

  test('names the fields that a real answer has', async () => {
    const deployment = {
      service: 'a',
      environment: 'production',
      version: '1',
      finishedAt: new Date(day(1)).toISOString(),
    }
    await bodyOf(await api.post('/api/v1/deployments', deployment), 202)
    await bodyOf(await api.post('/api/v1/defects', { title: 'Slow', service: 'a', environment: 'production' }), 202)
    const described = (path: string) =>
      document.paths[path]?.get?.responses['200']?.content['application/json']?.schema as {
        properties: Record<string, { items?: { properties: Record<string, unknown> } }>
      }
    for (const name of ['services', 'environments', 'releases', 'deployments', 'live', 'defects', 'deliveries']) {
      const { items } = await bodyOf<{ items: Record<string, unknown>[] }>(await api.get(`/api/v1/${name}`))
      const { items: list } = described(`/api/v1/${name}`).properties
      expect([name, Object.keys(items[0] ?? {})]).toEqual([name, Object.keys(list?.items?.properties ?? {})])
    }
    const release = await bodyOf(await api.get('/api/v1/releases/a/1'))
    expect(Object.keys(release).sort()).toEqual(
      Object.keys(described('/api/v1/releases/{service}/{version}').properties).sort(),
    )
    const defect = await bodyOf(await api.get('/api/v1/defects/1'))
    expect(Object.keys(defect).sort()).toEqual(Object.keys(described('/api/v1/defects/{id}').properties).sort())
  })
})

describe('the native JSON it describes', () => {
  test.each([
    ['deployment', nativeDeployment, readNativeDeployment],
    ['defect', nativeDefect, readNativeDefect],
  ] as const)('every key of a %s is one that is read: a value of the wrong type is noticed', (_, schema, read) => {
    for (const key of Object.keys(schema.shape)) {
      const wrong = read({ [key]: { wrong: true } }, day(1))
      const paths = wrong.ok ? [] : wrong.problems.map(({ path }) => path)
      expect(paths).toContain(key)
    }
  })
})
