import { describe, expect, it } from 'vitest'
import {
  hasDefectLabel,
  labelValue,
  labelValues,
  severityOfLabels,
  severityOfWord,
} from '../../../src/sources/reading/labels.ts'

describe('the severity in labels', () => {
  it.each([
    ['sev0', 'S1'],
    ['sev1', 'S1'],
    ['SEV-2', 'S2'],
    ['sev: 3', 'S3'],
    ['severity/4', 'S4'],
    ['severity: critical', 'S1'],
    ['severity::medium', 'S3'],
    ['S2', 'S2'],
    ['P0', 'S1'],
    ['P1', 'S2'],
    ['p2', 'S3'],
    ['P4', 'S4'],
    ['priority: high', 'S2'],
    ['high priority', 'S2'],
    ['priority/low', 'S4'],
    ['Priority: 0', 'S1'],
    ['critical', 'S1'],
    ['blocker', 'S1'],
    ['urgent', 'S1'],
  ])('"%s" is %s', (label, severity) => {
    expect(severityOfLabels([label])).toBe(severity)
  })

  it.each(['high', 'bug', 'p', 'sev', 'p10', 'priority: someday', 'sev9', 'constructor', 'severity: toString', ''])(
    '"%s" says nothing',
    (label) => {
      expect(severityOfLabels([label])).toBeUndefined()
    },
  )

  it('is the worst of several', () => {
    expect(severityOfLabels(['P3', 'sev1', 'priority: high'])).toBe('S1')
  })

  it('may be a word on its own where a field asks for it', () => {
    expect(severityOfWord('high')).toBe('S2')
    expect(severityOfWord('Critical')).toBe('S1')
    expect(severityOfWord('P1')).toBe('S2')
    expect(severityOfWord('constructor')).toBeUndefined()
  })
})

describe('labels that make an issue a defect', () => {
  it.each([
    'bug',
    'Type: Bug',
    'kind/bug',
    'type_bug',
    'defect',
    'incident',
    'regression',
    'outage',
    'sev2',
    'severity: low',
  ])('"%s" does', (label) => {
    expect(hasDefectLabel(['documentation', label])).toBe(true)
  })

  it.each(['not a bug', 'not-a-bug', 'bugfix', 'debug', 'enhancement', 'priority: high', 'P1', ''])(
    '"%s" does not',
    (label) => {
      expect(hasDefectLabel([label])).toBe(false)
    },
  )

  it('has a label that does among others that do not', () => {
    expect(hasDefectLabel(['not a bug', 'regression'])).toBe(true)
  })
})

describe('a named label', () => {
  it.each([
    ['env:production', 'production'],
    ['ENV: prod-eu', 'prod-eu'],
    ['environment/staging', 'staging'],
    ['env=qa', 'qa'],
  ])('"%s" has the value %s', (label, value) => {
    expect(labelValue(['bug', label], ['env', 'environment'])).toBe(value)
  })

  it.each(['env', 'env:', 'environs: x', 'our env: x'])('"%s" is not one', (label) => {
    expect(labelValue([label], ['env', 'environment'])).toBeUndefined()
  })

  it('may be there several times', () => {
    expect(labelValues(['area/a', 'bug', 'component: b/c', 'Area=a'], ['area', 'component'])).toEqual(['a', 'b/c', 'a'])
  })
})
