import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import { componentLogRatio, knownFile } from '../../../src/core/attribution/evidence/known-files.ts'
import { filePopularity } from '../../../src/core/attribution/snapshot.ts'
import { aCandidate, aService, evidenceOf, probabilityOf, ranked, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
/** Everyone touches the menu; only 2.0 touched the cart. */
const changed = [
  ['src/menu.ts', 'src/a.ts', 'src/b.ts'],
  ['src/menu.ts', 'src/shop/cart.ts', 'src/c.ts'],
  ['src/menu.ts', 'src/d.ts', 'src/e.ts'],
]
const releases = [day(10), day(25), seen - hours(20)].map((at, i) =>
  aCandidate(i + 1, at, { files: changed[i] as string[] }),
)
const past = Array.from({ length: 60 }, (_, i) => ({
  files: ['src/menu.ts', `src/past/${i}.ts`, `src/past/${i + 1}.ts`],
}))
const service = aService(releases, {}, { files: filePopularity([...past, ...releases]) })
const silent = someFacts([service])
const inStack = (...files: string[]) => someFacts([service], { files })

describe('a file of the stack', () => {
  test('makes the release that changed it the first suspect, over the one that ran, and may name it', () => {
    const facts = inStack('src/shop/cart.ts')
    expect(ranked(facts)[0]).toBe(2)
    expect(probabilityOf(2, facts)).toBeGreaterThan(5 * probabilityOf(2, silent))
    expect(evidenceOf('file', 2, facts)).toMatchObject({
      verdict: 'for',
      sentence: '2.0 changed src/shop/cart.ts; 1 of 63 releases changed that file.',
    })
    expect(evidenceOf('file', 3, facts)).toMatchObject({ verdict: 'against', title: 'It changed none of the files' })
  })

  test('says little when every release changes it', () => {
    const lift = (file: string, id: number) => {
      const [now, before] = [probabilityOf(id, inStack(file)), probabilityOf(id, silent)]
      return Math.log(now / (1 - now)) - Math.log(before / (1 - before))
    }
    expect(lift('src/shop/cart.ts', 2)).toBeGreaterThan(lift('src/menu.ts', 2) + 2)
    expect(ranked(inStack('src/menu.ts'))[0]).toBe(3)
  })

  test('counts against a release whose files are known, and not against one of which nobody said', () => {
    const unknown = releases.map((one) => (one.id === 3 ? { ...one, files: [] } : one))
    const facts = someFacts([aService(unknown, {}, { files: service.profile.files })], { files: ['src/shop/cart.ts'] })
    const odds = (of: typeof facts) => probabilityOf(3, of) / probabilityOf(1, of)
    expect(odds(facts)).toBeGreaterThan(odds(inStack('src/shop/cart.ts')))
    expect(evidenceOf('file', 3, facts)).toMatchObject({ verdict: 'none', title: 'Changed files unknown' })
  })

  test('does not count twice for being there twice: frames are no independent witnesses', () => {
    const once = probabilityOf(2, inStack('src/shop/cart.ts'))
    expect(probabilityOf(2, inStack('src/shop/cart.ts', 'src/shop/cart.ts'))).toBeCloseTo(once, 10)
  })

  test('tells even before anything was learned about the service', () => {
    const young = aService(releases)
    const facts = someFacts([young], { files: ['src/shop/cart.ts'] })
    expect(probabilityOf(2, facts)).toBeGreaterThan(3 * probabilityOf(2, someFacts([young])))
  })

  test('is silent when the report has none, and when nobody said what changed', () => {
    expect(evidenceOf('file', 3, silent)).toMatchObject({ verdict: 'none', logOdds: 0, points: 0 })
    const nobody = someFacts([aService(releases.map((one) => ({ ...one, files: [] })))], { files: ['src/x.ts'] })
    expect(evidenceOf('file', 3, nobody)).toMatchObject({ verdict: 'none' })
    expect(attribute(nobody).state).toBe('suspected')
  })
})

describe('a path written otherwise', () => {
  const popularity = filePopularity(releases)
  test.each([
    ['/app/src/shop/cart.ts', 'src/shop/cart.ts'],
    ['./src/shop/cart.ts', 'src/shop/cart.ts'],
    ['C:\\build\\src\\shop\\cart.ts', 'src/shop/cart.ts'],
    ['shop/cart.ts', 'src/shop/cart.ts'],
    ['toString', undefined],
    ['elsewhere/other.ts', undefined],
  ])('%s is %s', (written, path) => expect(knownFile(written, popularity, releases).path).toBe(path))

  test('is not guessed when two directories have such a file', () => {
    const two = [aCandidate(1, day(1), { files: ['src/a/index.ts', 'src/b/index.ts'] })]
    expect(knownFile('index.ts', filePopularity(two), two).path).toBeUndefined()
  })
})

describe('the component', () => {
  test('points at the release whose changes lie in it', () => {
    const facts = someFacts([service], { components: ['shop'] })
    expect(probabilityOf(2, facts)).toBeGreaterThan(probabilityOf(2, silent))
    expect(evidenceOf('component', 2, facts)).toMatchObject({
      verdict: 'for',
      sentence: '1 of the 3 files that 2.0 changed lie in shop.',
    })
    expect(evidenceOf('component', 3, facts)).toMatchObject({ verdict: 'against' })
  })

  test('moves the odds by a factor of four at most, and by nothing when no such directory is known', () => {
    const popularity = filePopularity([...past, ...releases])
    expect(componentLogRatio('shop', ['src/shop/cart.ts', 'src/shop/price.ts'], popularity)).toBe(Math.log(4))
    expect(componentLogRatio('billing', ['src/shop/cart.ts'], popularity)).toBe(0)
  })

  test('does not name a release by itself', () => {
    const facts = someFacts([aService(releases.slice(1, 2), {}, { files: service.profile.files })], {
      components: ['shop'],
      firstSeenAt: day(25) + hours(1),
    })
    expect(attribute(facts)).toMatchObject({ state: 'suspected' })
    expect(probabilityOf(2, facts)).toBeGreaterThan(0.9)
  })
})
