import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { labelOf, labelsOf } from '../../views/account/field-labels.ts'

/** Labels that stand in the views beside fields of forms that change something, by the name of the field. */
function labelsInViews(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const note = (name: string, label: string) => found.set(name, (found.get(name) ?? new Set<string>()).add(label))
  const files = readdirSync('views', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'))
  for (const file of files) {
    const text = readFileSync(`views/${file}`, 'utf8').replace(/\s+/g, ' ')
    if (!text.includes('method="post"')) continue
    for (const [tag] of text.matchAll(/<(?:Field|TextArea|Select|FieldFrame|Check|Pick) [^<>]*?(?:\/>|>)/g)) {
      const name = / name="([^"]+)"/.exec(tag)?.[1]
      const label = / (?:label|text)="([^"]+)"/.exec(tag)?.[1]
      if (name && label) note(name, label)
    }
    for (const [, label = '', control = ''] of text.matchAll(
      /<label for=[^>]*> ?([^<{]+)<.*?<(?:input|select|textarea) ([^>]*)/g,
    )) {
      const name = /\bname="([^"]+)"/.exec(control)?.[1]
      if (name) note(name, label.trim())
    }
  }
  return found
}

test('a kept form names its fields as the form did', () => {
  const found = labelsInViews()
  expect(found.size).toBeGreaterThan(60)
  const unknown = [...found].flatMap(([name, labels]) =>
    [...labels].filter((label) => !labelsOf(name).includes(label)).map((label) => `${name}: ${label}`),
  )
  expect(unknown).toEqual([])
})

test.each([
  ['/account/tokens', 'days', 'Ends after'],
  ['/reports/7/links', 'days', 'Works for'],
  ['/emergency/ER-1/approval', 'reason', 'Why alone?'],
  ['/emergency/locks', 'reason', 'Reason'],
  ['/calendar/freezes/new?month=2026-11', 'from', 'From'],
  ['/reports', 'from', 'First day'],
  ['/setup/sources/hub/mapping', 'fields.title', 'Title'],
  ['/rules', 'tier-production', 'Production'],
  ['/admin/retention', 'failedDays', 'Bodies of failed deliveries'],
  ['/somewhere', 'anotherThing', 'Another thing'],
])('at %s %s is “%s”', (action, name, label) => {
  expect(labelOf({ action, fields: [] }, name)).toBe(label)
})

test('a label may follow from what the button decides', () => {
  const dispatch = (decision: string) =>
    labelOf({ action: '/emergency/ER-1/dispatch', fields: [['decision', decision]] }, 'reason')
  expect([dispatch('run-failed'), dispatch('deployed')]).toEqual(['What failed?', 'How do you know that it is live?'])
})
