import { expect, test } from 'vitest'
import { ServiceFindContext } from '../../views/components/service-find.ts'
import { ServicePick } from '../../views/components/service-pick.tsx'

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `service-${String(i).padStart(3, '0')}`)
const menu = (choices: readonly string[], { chosen = [], find }: { chosen?: readonly string[]; find?: string } = {}) =>
  String(
    <ServiceFindContext.Provider value={find}>
      <ServicePick chosen={chosen} choices={choices} hrefOf={(service = '') => `/?service=${service}`} />
    </ServiceFindContext.Provider>,
  )
const sent = (html: string): string[] =>
  [...html.matchAll(/name="service" value="([^"]*)"/g)].map(([, name]) => name as string)

test('few services are sent as a whole, and found by a script', () => {
  const html = menu(names(50))
  expect(sent(html)).toEqual(names(50))
  expect(html).toContain('data-shortens-list')
  expect(html).not.toContain('name="find"')
})

test('of many the first are sent, with those chosen', () => {
  const html = menu(names(500), { chosen: ['service-400'] })
  expect(sent(html)).toEqual([...names(50), 'service-400'])
  expect(html).toContain('50 of 499. Find others by a part of their names.')
  expect(html).not.toContain('<details class="drop left many" open')
  expect(html.length).toBeLessThan(15_000)
})

test('others are found by a part of their names, and what was chosen stays ticked', () => {
  const html = menu(names(500), { chosen: ['service-007'], find: 'ICE-40' })
  expect(sent(html)).toEqual(['service-007', ...names(500).slice(400, 410)])
  expect(html).toContain('value="service-007" checked')
  expect(html).toContain('<details class="drop left many" open')
  expect(html).toContain('name="find" value="ICE-40"')
  // Enter presses the first button of a form.
  expect(html.indexOf('name="finding"')).toBeLessThan(html.indexOf('Show these'))
  expect(menu(names(500), { find: 'nobody' })).toContain('No service is called so.')
})
