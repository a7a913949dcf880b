import { describe, expect, test } from 'vitest'
import { foldDuplicates, haveDuplicates } from '../../../src/core/verdict/duplicate-sightings.ts'
import type { AgedSighting } from '../../../src/core/verdict/release-life.ts'

const at = (hours: number, component: string | undefined): AgedSighting => ({ age: hours / 24, component })
const hoursOf = (sightings: readonly AgedSighting[]) => sightings.map(({ age }) => Math.round(age * 24 * 100) / 100)

describe('folding', () => {
  test('leaves out what follows one of the same component within an hour', () => {
    expect(hoursOf(foldDuplicates([at(0, 'api'), at(0.5, 'api'), at(0.6, 'mail'), at(1.2, 'api')]))).toEqual([
      0, 0.6, 1.2,
    ])
  })

  test('thins a storm to one an hour, not to one', () => {
    const storm = Array.from({ length: 60 }, (_, i) => at(i / 10, 'api'))
    expect(foldDuplicates(storm)).toHaveLength(6)
  })

  test('never folds what names no component', () => {
    expect(foldDuplicates([at(0, undefined), at(0.1, undefined)])).toHaveLength(2)
  })
})

describe('whether duplicates are usual here', () => {
  const components = ['api', 'mail', 'search', 'admin']
  const apart = (hours: number) => components.map((component, i) => at(i * hours, component))

  test('yes when neighbours within the hour mostly are of one component', () => {
    const release = components.flatMap((component, i) => [at(i * 20, component), at(i * 20 + 0.4, component)])
    expect(haveDuplicates([release, release])).toBe(true)
  })

  test('no when they are of all kinds, however close', () => {
    expect(haveDuplicates([apart(0.2), apart(0.2), apart(0.2)])).toBe(false)
  })

  test('no when nothing is close, when there is nothing, and when no component is named', () => {
    expect(haveDuplicates([apart(20)])).toBe(false)
    expect(haveDuplicates([])).toBe(false)
    expect(haveDuplicates([[at(0, undefined), at(0.1, undefined), at(0.2, undefined)]])).toBe(false)
  })

  test('no for a service in which everything is one component: chance would bring as many', () => {
    const storm = Array.from({ length: 20 }, (_, i) => at(i / 10, i === 7 ? 'mail' : 'api'))
    expect(haveDuplicates([storm])).toBe(false)
    expect(haveDuplicates([Array.from({ length: 20 }, (_, i) => at(i / 10, 'api'))])).toBe(false)
  })
})
