import { expect, test } from 'vitest'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { day } from '../../support/factories.ts'
import { addPerson, PASSWORD } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const MINUTE = 60_000
const ADDRESSES = Array.from({ length: 50 }, (_, i) => `198.51.100.${i + 1}`)
const SPRAYED = Array.from({ length: 10 }, (_, i) => `victim-${i}@example.com`)

describeOnEachEngine('one password tried on many accounts from fifty addresses', (openTestStore) => {
  test('is looked at a few times for each account, and others sign in meanwhile', async () => {
    const store = await openTestStore()
    for (const email of SPRAYED) await addPerson(store.db, { email, name: 'Victim' })
    await addPerson(store.db, { email: 'ana@example.com' })
    const lookedAt = new Map<string, number>()
    const meanwhile: string[] = []
    for (const [round, address] of ADDRESSES.entries()) {
      for (const email of SPRAYED) {
        const { kind } = await signIn(store, { email, password: 'Summer2026!Summer' }, { address }, NOW + round)
        if (kind === 'refused') lookedAt.set(email, (lookedAt.get(email) ?? 0) + 1)
        expect(kind).not.toBe('signed-in')
      }
      if (round % 10 === 0) {
        const right = { email: 'ana@example.com', password: PASSWORD }
        meanwhile.push((await signIn(store, right, { address: '192.0.2.1' }, NOW + round)).kind)
      }
    }
    expect(meanwhile).toEqual(Array.from({ length: 5 }, () => 'signed-in'))
    expect([...lookedAt.values()]).toEqual(SPRAYED.map(() => 5))
    // Whoever owns one of the accounts waits for the block to end, and is in.
    const own = { email: SPRAYED[0] ?? '', password: PASSWORD }
    expect((await signIn(store, own, { address: '192.0.2.2' }, NOW + MINUTE)).kind).toBe('signed-in')
  })
})
