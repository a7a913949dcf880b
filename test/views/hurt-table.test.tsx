import { expect, test } from 'vitest'
import type { Trends } from '../../src/core/trends/trends.ts'
import { HurtTable } from '../../views/trends/hurt-table.tsx'
import { day } from '../support/factories.ts'
import { textOf } from '../support/pages.ts'

test('large numbers of new defects for ten deployments are parted in thousands, small ones have a decimal', () => {
  const months = [1, 2, 3].map((n) => ({ from: day(n), to: day(n + 1) }))
  const cells = [
    { defects: 139, deployments: 1 },
    { defects: 7, deployments: 3 },
    { defects: 1_420, deployments: 0 },
  ]
  const trends = {
    months,
    services: [{ service: 'hive', months: cells }],
    zone: 'UTC',
    now: day(9),
  } as unknown as Trends
  const html = String(HurtTable({ trends, address: {} as never }))
  expect(html).toMatch(/title="139 new defects, 1 deployment">1,390</)
  expect(html).toMatch(/title="7 new defects, 3 deployments">23\.3</)
  expect(textOf(html)).toContain('1,420 in all')
})
