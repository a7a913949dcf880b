import { expect, test } from 'vitest'
import { hashPassword, passwordProblem, verifyPassword } from '../../../src/operations/access/passwords.ts'
import { Turnstile, TurnstileFull } from '../../../src/operations/intake/turnstile.ts'

const quick = { log2N: 4, r: 8, p: 1 }
const good = 'granite pelican umbrella'

test('the right password is known again, a wrong one is not', async () => {
  const encoded = await hashPassword(good, quick)
  expect(await verifyPassword(good, encoded)).toBe(true)
  expect(await verifyPassword(`${good} `, encoded)).toBe(false)
  expect(await verifyPassword('', encoded)).toBe(false)
})

test('the hash says how it was made, and is salted', async () => {
  const [one, two] = [await hashPassword(good), await hashPassword(good, quick)]
  expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(two).not.toBe(await hashPassword(good, quick))
  expect(await verifyPassword(good, one)).toBe(true)
})

test('without a user the answer is no, whatever the password', async () => {
  expect(await verifyPassword(good, undefined)).toBe(false)
})

test('a letter typed as one code point or two is the same letter', async () => {
  const encoded = await hashPassword('caf\u00e9 on the corner', quick)
  expect(await verifyPassword('cafe\u0301 on the corner', encoded)).toBe(true)
})

test('an unreadable hash is an error, not a way in', async () => {
  await expect(verifyPassword(good, 'plain')).rejects.toThrow('not readable')
  await expect(verifyPassword('', '$scrypt$ln=4,r=8,p=1$AAAA$AAAA')).rejects.toThrow('not readable')
})

test('length is what counts: 12 to 256 characters, an emoji being one', () => {
  expect(passwordProblem('short enoug', 'ana@example.com')).toContain('at least 12')
  expect(passwordProblem('short enough', 'ana@example.com')).toBeUndefined()
  expect(passwordProblem('Fröhlich 🐧🐧🐧', 'ana@example.com')).toBeUndefined()
  expect(passwordProblem('y7 Kd'.repeat(52), 'ana@example.com')).toContain('at most 256')
})

test.each([
  'password1234',
  'Password123!',
  'p4ssw0rdp4ssw0rd',
  'qwertyuiop12',
  '123456789012',
  '210987654321',
  'abcdefghijklm',
  'aaaaaaaaaaaa',
  'letmein letmein',
  'postflight2026',
  'anamaria2026!!',
  'correcthorsebatterystaple',
])('“%s” is refused as one that is guessed first', (password) => {
  expect(passwordProblem(password, 'AnaMaria@example.com')).toContain('guessed')
})

test.each(['granite pelican umbrella', 'fx9Qm2vLp0Zt', '839201746592', 'passwordOfTheLighthouseKeeper'])(
  '“%s” is taken',
  (password) => {
    expect(passwordProblem(password, 'ana@example.com')).toBeUndefined()
  },
)

/** Work that ends when told. */
function held() {
  let finish = () => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { work: () => done, finish }
}

test('two run at once, the line holds its number, the next is turned away, and places free up', async () => {
  const turnstile = new Turnstile({ atOnce: 2, line: 3 })
  let running = 0
  let most = 0
  const works = Array.from({ length: 5 }, held)
  const passes = works.map(({ work }) =>
    turnstile.pass(async () => {
      most = Math.max(most, ++running)
      await work()
      running--
    }),
  )
  await expect(turnstile.pass(async () => 'late')).rejects.toThrow(TurnstileFull)
  for (const { finish } of works) finish()
  await Promise.all(passes)
  expect(most).toBe(2)
  expect(await turnstile.pass(async () => 'later')).toBe('later')
})

test('work that fails gives its place back', async () => {
  const turnstile = new Turnstile({ atOnce: 1, line: 0 })
  await expect(turnstile.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turnstile.pass(async () => 'free')).toBe('free')
})

test('of many sign-ins at one moment, 22 are looked at and the rest are told to come back', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => hashPassword(good, quick)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(22)
})
