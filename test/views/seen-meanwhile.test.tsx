import { expect, test } from 'vitest'
import { SeenMeanwhile } from '../../views/releases/release-page.tsx'
import type { VerdictPanelProps } from '../../views/releases/verdict-panel.tsx'

const release = { service: 'amq', version: '5.15.0' }

const said = (found: number | undefined, held: number) => {
  const comparison = found === undefined ? undefined : { found, comparedDays: 12.5 }
  const verdict = { environment: 'production', verdict: { comparison } } as unknown as VerdictPanelProps
  return String((<SeenMeanwhile release={release} verdicts={[verdict]} held={held} />).toString())
}

test('a release whose verdict counts more than is held against it says why, and leads to those', () => {
  const html = said(38, 0)
  expect(html.replace(/<[^>]+>/g, '').trim()).toBe(
    '38 defects first appeared while it ran in production, whichever release brought them; the verdict counts those.',
  )
  expect(html).toContain('shownBy=5.15.0&amp;shownIn=production&amp;shownUntil=12.5')
})

test('it says nothing where it counts no more, or nothing was compared', () => {
  expect(said(2, 2)).toBe('')
  expect(said(undefined, 0)).toBe('')
})
