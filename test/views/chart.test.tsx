import { expect, test } from 'vitest'
import { Chart } from '../../views/components/chart.tsx'
import type { ChartData, WrittenChart } from '../../views/components/chart-data.ts'

const cell = (n: number, href?: string) => ({ text: String(n), value: n, href })
const table = {
  caption: 'Found by week',
  columns: [{ name: 'Week' }, { name: 'Found', number: true }, { name: 'Fixed', number: true }],
  rows: [
    { href: '/weeks/1', cells: [{ text: '1', value: 1 }, cell(7, '/found/1'), cell(2, '/fixed/1')] },
    { href: '/weeks/2', cells: [{ text: '2', value: 2 }, cell(0), cell(3, '/fixed/2')] },
    { href: '/weeks/3', cells: [{ text: '3', value: 3 }, cell(4, '/found/3'), cell(0)] },
  ],
}

/** What stands on the page for the script that draws a chart whose places lead there. */
function written(links: ChartData['links']): WrittenChart['links'] {
  const data: ChartData = { labels: ['1', '2', '3'], tips: [], ticks: [], series: [], links }
  const html = String(<Chart conclusion="" size="small" data={data} table={table} csv="/x.csv" />)
  return (JSON.parse(/json">(.*?)<\/script>/.exec(html)?.[1] ?? '{}') as WrittenChart).links
}

test('addresses that stand in a column of the table are not said again; a place without rows leads nowhere', () => {
  expect(written(['/weeks/1', '/weeks/2', '/weeks/3'])).toBe(0)
  expect(written(['/found/1', '/found/2', '/found/3'])).toBe(1)
  expect(written(['/fixed/1', '/fixed/2'])).toBe(2)
})

test('other addresses are said', () => {
  const links = ['/found/1', '/weeks/2', '/weeks/3']
  expect(written(links)).toEqual(links)
  expect(written(['/found/1', null, '/found/4'])).toEqual(['/found/1', null, '/found/4'])
  expect(written(undefined)).toBeUndefined()
})
