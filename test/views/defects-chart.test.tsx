import { expect, test } from 'vitest'
import { type ChartColumn, DefectsChart } from '../../views/overview/defects-chart.tsx'
import { day, hours } from '../support/factories.ts'

const column = (i: number, S1: number, S3 = 0, deployments = 0): ChartColumn => ({
  from: day(1) + hours(i),
  to: day(1) + hours(i + 1),
  defects: { S1, S2: 0, S3, S4: 0 },
  deployments,
  rollbacks: 0,
})

const draw = (columns: readonly ChartColumn[]) =>
  (
    <DefectsChart
      place={undefined}
      csv="/x.csv"
      columns={columns}
      stepText="per hour"
      spanText="last 24 hours"
      now={day(2)}
    />
  ).toString()

/** The axis: numbers of the first drawing. */
const axisOf = (html: string) =>
  [...(html.split('</svg>').find((part) => part.includes('dx="-8"')) ?? '').matchAll(/>([\d,]+)(k?)<\/text>/g)].map(
    ([, n, k]) => Number(n?.replaceAll(',', '')) * (k ? 1_000 : 1),
  )

test.each([0, 1, 4, 5, 9, 10, 11, 49, 50, 51, 999, 9_999, 12_345, 1_234_567])(
  'the axis for %i begins at 0 and holds the tallest column',
  (n) => {
    const axis = axisOf(draw([column(0, n), column(1, 0)]))
    expect(axis[0]).toBe(0)
    const top = axis.at(-1) as number
    expect(top).toBeGreaterThanOrEqual(n)
    expect(top).toBeLessThan(Math.max(6, n * 2.5))
    expect(axis.length).toBeLessThanOrEqual(6)
    expect(axis.every(Number.isInteger)).toBe(true)
  },
)

test('heights of a stack are in proportion to the counts and stand on each other', () => {
  const html = draw([column(0, 2, 6), column(1, 4)])
  const bars = [...html.matchAll(/class="bar-(s\d)" d="([^"]+)"/g)].flatMap(([, severity, path]) =>
    [...(path ?? '').matchAll(/M([\d.]+) ([\d.]+)h[\d.]+V([\d.]+)h/g)].map(([, x, base, top]) => ({
      severity,
      column: Math.floor(Number(x)),
      base: Number(base),
      height: Number(base) - Number(top),
    })),
  )
  const [worst, other, mild] = bars as [(typeof bars)[0], (typeof bars)[0], (typeof bars)[0]]
  expect(bars.map(({ severity, column: at }) => [severity, at])).toEqual([
    ['s1', 0],
    ['s1', 1],
    ['s3', 0],
  ])
  expect(mild.height / worst.height).toBeCloseTo(3, 1)
  expect(other.height / worst.height).toBeCloseTo(2, 1)
  expect([other.base, mild.base]).toEqual([worst.base, worst.base - worst.height])
})

test('the same numbers stand in a table and in the sentence of the drawing', () => {
  const html = draw([column(0, 2, 6, 3), column(1, 0)])
  expect(html).toContain('aria-label="8 new defects in the last 24 hours, at most 8 in one column; 3 deployments."')
  const [, row] = html.match(/<tbody>(.*?)<\/tbody>/s) ?? []
  expect([...(row ?? '').matchAll(/<td(?: class="z")?>(?:<[^>]+>)?(\d+)/g)].map(([, n]) => n)).toEqual([
    '2',
    '0',
    '6',
    '0',
    '3',
    '0',
  ])
  // The second hour holds nothing and is left out.
  expect(row?.match(/<tr>/g)).toHaveLength(1)
})
