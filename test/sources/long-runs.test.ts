import { expect, test } from 'vitest'
import { referencesIn } from '../../src/core/inbound/references.ts'
import { plainText } from '../../src/sources/azure-devops/plain-text.ts'
import { findSource } from '../../src/sources/index.ts'
import { labelValue } from '../../src/sources/reading/labels.ts'
import { labelNames } from '../../src/sources/reading/origin.ts'
import { readFixtures } from './fixtures.ts'

/**
 * As the fuzzer found it: a few hundred thousand blanks where a word is expected. Where each of them is a beginning of its own,
 * these take minutes, and the test its time; gone through once, they take milliseconds.
 */

const LONG = 400_000
const BLANKS = ' '.repeat(LONG)

test('a label of Argo CD that is nothing but blanks is no name of an environment', () => {
  const [fixture] = readFixtures('argocd').filter(({ name }) => name === 'deleted')
  const body = JSON.parse(Buffer.from(fixture?.delivery.body ?? '').toString())
  body.app.metadata.labels.env = BLANKS
  const delivery = { ...fixture?.delivery, headers: {}, receivedAt: 0, body: Buffer.from(JSON.stringify(body)) }
  expect(findSource('argocd')?.interpret(delivery)).toMatchObject({ kind: expect.stringMatching(/events|ignored/) })
})

test.each([
  ['has no value', () => labelValue([`env=${BLANKS}`], ['env']), undefined],
  ['has its value', () => labelValue([`env=${BLANKS}qa${BLANKS}`], ['env']), 'qa'],
  ['has no name', () => labelNames([`env=${BLANKS}`])['label.env'], undefined],
  ['has its name', () => labelNames([`env=${BLANKS}qa${BLANKS}`])['label.env'], 'qa'],
])('a label with a long run of blanks %s', (_, read, expected) => {
  expect(read()).toBe(expected)
})

test('a description that ends in blanks is what stands before them', () => {
  expect(plainText(`<p>a${BLANKS}b`, 50_000)).toBe('a')
})

test.each([
  ['blanks', BLANKS, undefined],
  ['brackets', '<'.repeat(LONG), '<'.repeat(200)],
])('an author at Bitbucket whose name is %s', (_, raw, author) => {
  const [fixture] = readFixtures('bitbucket').filter(({ name }) => name === 'push.branch')
  const body = JSON.parse(Buffer.from(fixture?.delivery.body ?? '').toString())
  body.push.changes[0].commits = [{ ...body.push.changes[0].commits[0], author: { raw } }]
  const delivery = { ...fixture?.delivery, receivedAt: 0, headers: { 'x-event-key': 'repo:push' } }
  const made = findSource('bitbucket')?.interpret({ ...delivery, body: Buffer.from(JSON.stringify(body)) })
  expect(made).toMatchObject({ kind: 'events', events: [{ commits: [{ author }] }] })
})

test('an address that ends in tens of thousands of marks is too long for one', () => {
  const text = `https://a.example/${'!'.repeat(49_000)}x`
  for (let times = 0; times < 20; times++) expect(referencesIn(text)).toEqual([])
})
