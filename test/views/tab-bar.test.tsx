import { expect, test } from 'vitest'
import { NavLinks, TabBarLinks } from '../../views/layout.tsx'
import { textOf } from '../support/pages.ts'

const counts = { openDefects: 360, openEmergencies: 2, failedDeliveries: 12_000 }

test('the small badges of phones have the whole number in their names and titles', () => {
  const html = String(TabBarLinks({ active: undefined, hrefOf: (path) => path, counts }))
  expect(html).toContain('<span class="bdg" title="360 open"><span aria-hidden="true">99+</span>')
  const spoken = textOf(html.replaceAll(/<span aria-hidden="true">[^<]*<\/span>/g, ''))
  expect(spoken).toMatch(/Defects 360 open .*2 open .*9,999\+ failed deliveries/)
  expect(textOf(String(NavLinks({ active: undefined, hrefOf: (path) => path, counts, isAdmin: true })))).toContain(
    'Defects 360 open',
  )
})
