import { expect, test } from 'vitest'
import { Presence } from '../../../src/operations/emergency/presence.ts'
import { presenceSentence } from '../../../views/emergency/also-here.tsx'

const ANA = { userId: 1, name: 'Ana' }
const BEN = { userId: 2, name: 'Ben' }

function watched() {
  const changes = { n: 0 }
  return { changes, presence: new Presence(() => changes.n++) }
}

test('who looks at the same is named to the others, never to themselves, and nowhere else', () => {
  const { presence, changes } = watched()
  for (const { userId } of [ANA, BEN]) presence.connect(userId)
  expect(presence.look(7, ANA, 0)).toEqual([])
  expect(presence.look(7, BEN, 1)).toEqual(['Ana'])
  expect(presence.look(7, ANA, 2)).toEqual(['Ben'])
  expect(presence.look(8, ANA, 3)).toEqual([])
  const before = changes.n
  presence.look(7, ANA, 4)
  expect(changes.n).toBe(before)
})

test('who hears no news is not there, and with the last stream they go', () => {
  const { presence, changes } = watched()
  const [ana, again] = [presence.connect(1), presence.connect(1)]
  presence.look(7, ANA, 0)
  // Ben has a tab that nobody sees.
  expect(presence.look(7, BEN, 1)).toEqual(['Ana'])
  expect(presence.look(7, ANA, 2)).toEqual([])
  ana()
  ana()
  expect(presence.look(7, BEN, 3)).toEqual(['Ana'])
  const before = changes.n
  again()
  expect(changes.n).toBe(before + 1)
  expect(presence.look(7, BEN, 4)).toEqual([])
})

test('who went on to another page is gone after three quarters of a minute', () => {
  const { presence } = watched()
  for (const { userId } of [ANA, BEN]) presence.connect(userId)
  presence.look(7, ANA, 0)
  expect(presence.look(7, BEN, 45_000)).toEqual(['Ana'])
  expect(presence.look(7, BEN, 45_001)).toEqual([])
})

test('is said in a sentence', () => {
  expect(presenceSentence(['Ana'])).toBe('Ana is also here')
  expect(presenceSentence(['Ana', 'Ben'])).toBe('Ana and Ben are also here')
  expect(presenceSentence(['Ana', 'Ben', 'Cleo', 'Dan', 'Eve'])).toBe('Ana, Ben, Cleo and 2 more are also here')
})
