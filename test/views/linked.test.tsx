import { expect, test } from 'vitest'
import { LinkedPart, WithDefects } from '../../views/components/linked.tsx'

test('the first match of a pattern is a link, and nothing else of the text', () => {
  const part = /\d+ earlier releases?/
  expect(String(<LinkedPart text="0.2 expected from 10 earlier releases & more" part={part} href="/x" />)).toBe(
    '0.2 expected from <a href="/x">10 earlier releases</a> &amp; more',
  )
  expect(String(<LinkedPart text="nothing of that" part={part} href="/x" />)).toBe('nothing of that')
})

test('the numbers of defects lead to them', () => {
  expect(String(<WithDefects text="S1 PF-901, open; S2 PF-7. PF-0 and XPF-3 are none" />)).toBe(
    'S1 <a href="/defects/PF-901">PF-901</a>, open; S2 <a href="/defects/PF-7">PF-7</a>. PF-0 and XPF-3 are none',
  )
})
