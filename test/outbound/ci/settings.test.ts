import { describe, expect, test } from 'vitest'
import { argocd, azure, github, githubEvent, gitlab, jenkins, SYSTEMS, type System } from '../../support/ci/systems.ts'

const URL_OF_ONE = 'https://ci.example'

describe.each(SYSTEMS)('$name', (system) => {
  const { trigger, settings } = system
  const written = settings(URL_OF_ONE)

  test('settings that were read are read the same again', () => {
    const read = trigger.readSettings(written)
    if (!read.ok) throw new Error(JSON.stringify(read.problems))
    expect(trigger.readSettings(JSON.parse(JSON.stringify(read.settings)))).toEqual(read)
  })

  test('says what it is and where it calls, without a secret', () => {
    const read = trigger.readSettings(written)
    if (!read.ok) throw new Error(JSON.stringify(read.problems))
    expect(trigger.nameOf(read.settings)).toMatch(/checkout-api|rollback|shop/)
    expect(trigger.addressesOf(read.settings).map((address) => new URL(address).origin)).toEqual([URL_OF_ONE])
  })

  test('every field of the form is a setting, and the required ones are required', () => {
    const required = trigger.fields.filter((field) => field.required).map(({ name }) => name)
    for (const name of required) {
      const { [name]: _, ...rest } = written
      expect(trigger.readSettings(rest)).toMatchObject({ ok: false, problems: [{ path: name }] })
    }
    const least = Object.fromEntries(Object.entries(written).filter(([name]) => required.includes(name)))
    expect(trigger.readSettings(least).ok).toBe(true)
    expect(Object.keys(written).filter((name) => !trigger.fields.some((field) => field.name === name))).toEqual([])
  })

  test('a field left empty was not filled in', () => {
    const empty = Object.fromEntries(trigger.fields.filter((field) => !field.required).map(({ name }) => [name, '']))
    const required = trigger.fields.filter((field) => field.required).map(({ name }) => [name, written[name]])
    const read = trigger.readSettings({ ...empty, ...Object.fromEntries(required) })
    expect(read).toEqual(trigger.readSettings(Object.fromEntries(required)))
    expect(read.ok).toBe(true)
  })

  test('what it does not know is refused', () => {
    for (const value of [undefined, null, 'x', [], { ...written, more: 'x' }])
      expect(trigger.readSettings(value).ok).toBe(false)
  })
})

const WRONG: readonly [System, string, string[]][] = [
  [
    github,
    'apiUrl',
    ['ftp://x.example', 'x', 'https://ci.example/?a=b', 'https://ci.example/#a', 'javascript:alert(1)'],
  ],
  [
    github,
    'repository',
    ['acme', 'acme/../x', '../checkout', 'acme/..', './x', 'acme/checkout/x', 'acme/check out', 'a/b?c'],
  ],
  [github, 'workflow', ['../rollback.yml', 'a/b.yml', 'rollback', 'rollback.yml?x', '.yml', '']],
  [github, 'ref', [' main', 'a\nb', 'main ']],
  [githubEvent, 'eventType', ['a b', 'a/b']],
  [gitlab, 'project', ['shop', '../x', 'shop//x', 'shop/x?y', 'shop/x#y', '']],
  [jenkins, 'jobUrl', ['https://jenkins.example', 'https://jenkins.example/job/', 'https://jenkins.example/job/x?y']],
  [azure, 'pipelineId', ['', 'x', '1/2', '-1']],
  [argocd, 'application', ['', 'A', 'a/b', '../x', 'a?b']],
  [argocd, 'revision', ['main', '{versions}', '{version} x']],
]

test.each(WRONG.map(([system, name, values]) => ({ system, name, values, of: system.name })))(
  '$of: $name must be what it should',
  ({ system, name, values }) => {
    for (const value of values)
      expect(system.trigger.readSettings({ ...system.settings(URL_OF_ONE), [name]: value })).toMatchObject({
        ok: false,
        problems: [{ path: name }],
      })
  },
)
