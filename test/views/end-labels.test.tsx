import { expect, test } from 'vitest'
import type { ReportedDiscovery } from '../../src/core/reports/snapshot.ts'
import { CompareChart } from '../../views/releases/compare-chart.tsx'
import { DiscoveryCurve } from '../../views/reports/curve.tsx'

const rowsOf = () => '/defects'

const heightsOf = (html: string, name: string): number[] =>
  [...html.matchAll(new RegExp(`<text class="${name}[^"]*"[^>]* y="([\\d.]+)"`, 'g'))].map(([, y]) => Number(y))

test('letters of lines that end at the same place stand one above the other', () => {
  const line = (letter: string, lifeDays: number) => ({
    ...{ letter, version: letter, found: [], lifeDays, rolledBack: false },
  })
  const html = String(CompareChart({ rowsOf, commonDays: 5, lines: [line('A', 5), line('B', 5), line('C', 2)] }))
  const [a = 0, b = 0, c = 0] = heightsOf(html, 'cmp-end')
  expect(Math.abs(a - b)).toBeGreaterThanOrEqual(14)
  expect(c, 'above the others, which go on').toBe(184)
  const alone = String(CompareChart({ rowsOf, commonDays: 2, lines: [line('A', 2)] }))
  expect(heightsOf(alone, 'cmp-end')).toEqual([184])
})

test('the label of a line stands clear of the dashes that go on behind its end', () => {
  const labelAt = (expected: number): number => {
    const band = [0, 7].map((ageDays) => ({
      ...{ ageDays, expected, releases: 5 },
      usual: { low: 0, median: 2, high: 4 },
    }))
    const discovery: ReportedDiscovery = {
      ...{ version: '4.18.0', windowDays: 7, comparedDays: 2, rolledBack: false, numbers: null },
      discoveries: { lifeDays: 2, ages: [0.5, 1], earlier: 5, band },
    }
    return heightsOf(String(DiscoveryCurve({ discovery })), 'rpt-end')[0] ?? 0
  }
  // Two of four found: the line ends halfway up, 85 px above the floor at 186.
  const end = 101
  expect(labelAt(4), 'they are far above').toBe(end + 4)
  expect(labelAt(2), 'they go on from it').toBeLessThan(end)
  expect(labelAt(2.2), 'they are just above').toBeGreaterThan(end + 10)
})
