import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { generic, interpretWith } from '../../src/sources/generic/index.ts'
import { type Mapping, readMapping } from '../../src/sources/generic/mapping.ts'
import { eventsOf, json, problemsOf, reasonOf } from './deliveries.ts'

const aMapping = (mapping: Partial<Mapping>): Mapping => ({
  version: 1,
  makes: 'defect',
  fields: { title: '$.title' },
  statuses: {},
  severities: {},
  ...mapping,
})
const read = (mapping: Partial<Mapping>, body: unknown) => interpretWith(aMapping(mapping), json(body))
const isTaken = (mapping: Partial<Mapping>) => readMapping(aMapping(mapping)).ok

describe('a mapping', () => {
  it.each(['$', '$.a', '$.a.b[0]', "$['a b'].c", '$.a[*]', '$.*'])('takes the pick %s', (each) => {
    expect(isTaken({ each })).toBe(true)
  })

  it.each([
    'a',
    '$a',
    '$..a',
    '$.a[?@.b]',
    "$[?match(@.a, '(a+)+b')]",
    '$.a[1:2]',
    '$.a[',
    "$['a\\'b']",
    '$.constructor()',
    '$.a[9999999]',
  ])('does not take the pick %s', (each) => {
    expect(isTaken({ each })).toBe(false)
  })

  it('takes what begins with $ as a pick in a field as well, and all else as it stands', () => {
    expect(isTaken({ fields: { title: '$..a' } })).toBe(false)
    expect(isTaken({ fields: { title: 'costs $5' } })).toBe(true)
  })

  it('does not take fields that are none, nor those of the other kind', () => {
    expect(isTaken({ fields: { titel: 'x' } })).toBe(false)
    expect(isTaken({ fields: { actor: '$.who' } })).toBe(false)
    expect(readMapping({ ...aMapping({}), version: 2 }).ok).toBe(false)
  })

  it('makes one event for each thing it is told to', () => {
    const alerts = [
      { name: 'Disk is full', level: 'CRIT' },
      { name: 'Slow', level: 'meh' },
    ]
    const mapping = {
      each: '$.alerts[*]',
      fields: { title: '$.name', severity: '$.level', service: 'checkout' },
      severities: { crit: 'S1' },
    }
    const events = eventsOf<DefectEvent>(read(mapping, { alerts }))
    expect(events).toMatchObject([
      { title: 'Disk is full', severity: 'S1', severityWord: 'CRIT', service: 'checkout' },
      { title: 'Slow', severityWord: 'meh', origin: { title: 'Slow', severity: 'meh' } },
    ])
    expect(events[1]?.severity).toBeUndefined()
    expect(reasonOf(read(mapping, { alerts: [] }))).toContain('nothing at $.alerts[*]')
  })

  it('tells where the value it could not read came from', () => {
    const mapping: Partial<Mapping> = {
      makes: 'deployment',
      each: '$[*]',
      fields: { service: '$.app', version: '1', environment: 'production', status: '$.result' },
    }
    expect(problemsOf(read(mapping, [{ app: 'a' }, { app: 'b', result: 'great' }]))).toEqual([
      { path: '1.status', message: expect.stringMatching(/^must be .*\(from \$\.result\)$/) },
    ])
  })

  it('passes over payloads that it is not for', () => {
    const when = { pick: '$.event', equals: 'alert' }
    expect(read({ when }, { event: 'alert', title: 'x' }).kind).toBe('events')
    expect(reasonOf(read({ when }, { event: 'ping' }))).toContain('here it is "ping"')
    expect(reasonOf(read({ when }, [null]))).toContain('not there')
  })

  it('reads seconds and milliseconds as times', () => {
    for (const seen of [1_772_445_600, 1_772_445_600_000, '2026-03-02T10:00:00Z'])
      expect(eventsOf(read({ fields: { title: 'x', occurredAt: '$.at' } }, { at: seen }))).toMatchObject([
        { occurredAt: Date.parse('2026-03-02T10:00:00Z') },
      ])
  })

  it.each(['constructor', '__proto__', 'toString'])('finds no word or field %s where there is none', (word) => {
    expect(read({ fields: { title: `$.${word}` } }, { a: 1 }).kind).toBe('unreadable')
    expect(eventsOf<DefectEvent>(read({ fields: { title: 'x', severity: word } }, {}))[0]?.severity).toBeUndefined()
  })

  it('refuses more than a thousand things at once', () => {
    expect(
      read(
        { each: '$[*]' },
        Array.from({ length: 1_001 }, () => ({ title: 'x' })),
      ).kind,
    ).toBe('unreadable')
  })
})

describe('a source of any JSON', () => {
  it('keeps what comes before there is a mapping, as unreadable', () => {
    expect(problemsOf(generic.interpret(json({ a: 1 })))).toMatchObject([
      { message: expect.stringContaining('no mapping yet') },
    ])
    expect(generic.interpret({ ...json({}), mapping: '{' }).kind).toBe('unreadable')
  })

  it('believes a secret in the address', () => {
    expect(generic.verify({ ...json({}), pathToken: 'a-secret-of-the-tests' }, ['a-secret-of-the-tests'])).toBe(true)
    expect(generic.verify({ ...json({}), pathToken: 'another' }, ['a-secret-of-the-tests'])).toBe(false)
  })
})
