import { describe, expect, it } from 'vitest'
import { labelled, placeIn, tagsInList, tagsInPairs, tagsOf } from '../../../src/sources/reading/tags.ts'

describe('tags', () => {
  it('are read from an object, a list or pairs', () => {
    const expected = new Map([
      ['env', 'production'],
      ['replicas', '3'],
    ])
    expect(tagsOf({ env: 'production', replicas: 3, nothing: null, nested: {}, empty: ' ' })).toEqual(expected)
    expect(tagsInList(['env:production', ' replicas = 3 ', 'vip', ':'])).toEqual(expected)
    expect(
      tagsInPairs([
        ['env', 'production'],
        ['replicas', 3],
        ['env', 'staging'],
      ]),
    ).toEqual(expected)
  })

  it('keep what stands behind the first colon of a list', () => {
    expect(tagsInList(['url:http://x.example:80/']).get('url')).toBe('http://x.example:80/')
  })
})

describe('the place that tags name', () => {
  it.each([
    [{ service: 'a', app: 'b', job: 'c' }, { service: 'a' }],
    [{ job: 'c', 'app.kubernetes.io/name': 'b' }, { service: 'b' }],
    [
      { 'service.name': 'a', 'deployment.environment': 'prod', 'service.version': '1' },
      { service: 'a', environment: 'prod', version: '1' },
    ],
    [{ Env: 'prod' }, { environment: 'prod' }],
    [{ env: 'eu', namespace: 'production' }, { environment: 'eu' }],
    [{ namespace: 'production' }, { environment: 'production' }],
    [{ namespace: 'payments' }, { environment: undefined }],
    [{ namespace: 'dev-tools' }, { environment: undefined }],
    [{ release: 'checkout@2.4.1' }, { version: '2.4.1' }],
    [{ release: 'v2.4.1' }, { version: 'v2.4.1' }],
    [{ release: 'kube-prometheus-stack' }, { version: undefined }],
    [
      { 'git.commit.sha': 'C0FFEE254729296A45A3885639AC7E10F9D54979' },
      { commit: 'c0ffee254729296a45a3885639ac7e10f9d54979' },
    ],
    [{ revision: '42' }, { commit: undefined }],
    [{ component: 'till' }, { components: ['till'] }],
  ])('%j is %j', (tags, place) => {
    expect(placeIn(tagsOf(tags))).toMatchObject(place)
  })

  it('is named by the first list that names it', () => {
    expect(placeIn(tagsOf({ service: 'a' }), tagsOf({ service: 'b', version: '1' }))).toMatchObject({
      service: 'a',
      version: '1',
    })
  })
})

it('the origin of an event names tags as labels', () => {
  expect(labelled(tagsOf({ team: 'blue', toString: 'odd' }))).toEqual({ 'label.team': 'blue', 'label.toString': 'odd' })
})
