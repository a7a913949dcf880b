import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { opsgenie } from '../../src/sources/opsgenie.ts'
import { json, notesOf, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

// Written out, because a number of JavaScript does not hold the last digits.
const text = (action: string, alert: object = {}, updatedAt: string | null = '1772445867100001603') =>
  JSON.stringify({
    action,
    alert: { alertId: 'ec03dad6', message: '5xx at the till', createdAt: 1772445780500, ...alert, updatedAt: '@' },
    source: { name: '', type: 'API' },
  }).replace('"@"', updatedAt ?? 'null')
const delivery = (...given: Parameters<typeof text>) => json(text(...given))
const read = (...given: Parameters<typeof text>) => only<DefectEvent>(opsgenie.interpret(delivery(...given)))

describe('an alert of Opsgenie', () => {
  it.each([
    ['Create', 'open', 1],
    ['Acknowledge', 'in-progress', 0],
    ['UnAcknowledge', 'open', 0],
    ['Close', 'fixed', 0],
    ['Delete', 'wont-fix', 0],
    ['UpdatePriority', undefined, 0],
    ['AddTags', undefined, 0],
  ])('after %s is %s', (action, status, count) => {
    expect(read(action)).toMatchObject({ key: 'ec03dad6', status, count })
  })

  it('counts milliseconds when it was made and nanoseconds when it was changed', () => {
    expect(read('Create').occurredAt).toBe(1772445780500)
    expect(read('Close')).toMatchObject({ at: 1772445867100 })
    expect(read('Close').occurredAt).toBeUndefined()
  })

  it('of a time that cannot be believed is remarked on', () => {
    const made = opsgenie.interpret(delivery('Close', {}, '12'))
    expect(only<DefectEvent>(made).at).toBe(receivedAt)
    expect(notesOf(made)).toEqual([expect.stringContaining('alert.updatedAt')])
    expect(notesOf(opsgenie.interpret(delivery('Close', {}, null)))).toEqual([])
  })

  it.each([
    ['P1', 'S1', 'P1'],
    [1, 'S1', 'P1'],
    ['P3', 'S3', 'P3'],
    [5, 'S4', 'P5'],
    [null, undefined, undefined],
    [undefined, undefined, undefined],
    [7, undefined, 'P7'],
  ])('of priority %j is %s', (priority, severity, severityWord) => {
    expect(read('Create', { priority })).toMatchObject({ severity, severityWord })
  })

  it('says where with its details, its tags, and what it is about', () => {
    const alert = { entity: 'till-7', tags: ['env:production', 'version:4.18.0', 'vip'] }
    expect(read('Create', alert)).toMatchObject({ service: 'till-7', environment: 'production', version: '4.18.0' })
    expect(read('Create', { ...alert, details: { service: 'checkout-api', env: 'staging' } })).toMatchObject({
      service: 'checkout-api',
      environment: 'staging',
      version: '4.18.0',
      origin: { entity: 'till-7', tags: 'env:production, version:4.18.0, vip', 'label.env': 'staging' },
    })
    expect(read('Create', { entity: '' }).service).toBeUndefined()
  })

  it('is closed without its details, which leaves its service as it was', () => {
    expect(read('Close', { entity: 'till-7' }).service).toBeUndefined()
  })

  it('was noticed by a monitor unless somebody made it by hand', () => {
    const by = (type: unknown) =>
      only<DefectEvent>(opsgenie.interpret(json(text('Create').replace('"API"', JSON.stringify(type))))).detection
    expect([by('API'), by('web'), by(null)]).toEqual(['alert', 'issue', 'alert'])
  })

  it('without a message is named by its id, and takes no name away later', () => {
    expect(read('Create', { message: '' }).title).toBe('Alert ec03dad6')
    expect(read('Close', { message: null }).title).toBeUndefined()
  })
})

describe('the id of a delivery of Opsgenie', () => {
  const idOf = (...given: Parameters<typeof text>) => opsgenie.deliveryId(delivery(...given))

  it('tells nanoseconds apart that JavaScript does not', () => {
    expect(Number('1772445867100001603')).toBe(Number('1772445867100001604'))
    expect(idOf('Close', {}, '1772445867100001603')).not.toBe(idOf('Close', {}, '1772445867100001604'))
    expect(idOf('Close', {}, '1772445867100001603')).toBe(idOf('Close', { message: 'other' }, '1772445867100001603'))
  })

  it('is of the alert and of what is done', () => {
    const ids = [idOf('Close'), idOf('Delete'), idOf('Close', { alertId: 'other' })]
    expect(new Set(ids).size).toBe(3)
  })

  it('is left to the body when something is missing, or it is too large to be read at the door', () => {
    expect(idOf('Close', {}, null)).toBeUndefined()
    expect(idOf('Close', { alertId: 7 })).toBeUndefined()
    expect(idOf('Close', { alertId: 'x'.repeat(400) })).toBeUndefined()
    expect(idOf('Close', { description: 'x'.repeat(300_000) })).toBeUndefined()
    expect(opsgenie.deliveryId(json('{'))).toBeUndefined()
  })
})

describe('other bodies of Opsgenie', () => {
  it.each(['AddNote', 'Escalate', 'Snooze', 'AssignOwnership', 'constructor'])('of %s are ignored', (action) => {
    expect(reasonOf(opsgenie.interpret(json({ action })))).toContain(`"${action}"`)
  })

  it('without what is needed are unreadable, with the path', () => {
    expect(problemsOf(opsgenie.interpret(json({ action: 'Create' })))).toEqual([
      { path: 'alert', message: 'is required' },
    ])
    expect(problemsOf(opsgenie.interpret(json({ alert: {} })))).toMatchObject([
      { path: 'action' },
      { path: 'alert.alertId' },
    ])
  })

  it('are called by their action in the list', () => {
    expect(opsgenie.eventName?.(delivery('Close'))).toBe('Close')
    expect(opsgenie.eventName?.(json({ action: 'x y' }))).toBeUndefined()
  })
})
