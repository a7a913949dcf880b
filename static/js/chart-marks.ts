import type { Chart, Plugin } from 'chart.js'
import { apart } from '../../views/components/apart.ts'
import type { ChartData, ChartMarker } from '../../views/components/chart-data.ts'
import type { ChartColors } from './chart-colors.ts'

const FONT_PX = 12
const STRIP = 10
/** From the base line to the middle of the lowest label, which it would strike through. */
const ABOVE_BASE = FONT_PX / 2 + 2
const fontOf = (chart: Chart, weight = 400): string =>
  `${weight} ${FONT_PX}px ${getComputedStyle(chart.canvas).fontFamily}`

/** Pixels from the left at which a place on the x axis lies. */
const xOf = (chart: Chart, at: number): number => chart.scales.x?.getPixelForValue(at) ?? 0

/** What a line ends in, in words, so that no legend is needed; moved apart where two would cover each other. */
export const endLabels = ({ series }: ChartData, colors: ChartColors): Plugin => ({
  id: 'endLabels',
  afterDatasetsDraw(chart) {
    const { ctx } = chart
    const labels = series.flatMap(({ end, values, dashed }, i) => {
      const last = values.findLastIndex((value) => value !== null)
      const point = chart.getDatasetMeta(i).data[last]
      return end && point && !Number.isNaN(point.y) ? [{ end, dashed, x: point.x + 8, y: point.y }] : []
    })
    const places = apart(
      labels.map(({ y }) => y),
      FONT_PX + 3,
      chart.chartArea.bottom - ABOVE_BASE,
    )
    ctx.save()
    ctx.textBaseline = 'middle'
    ctx.textAlign = 'left'
    for (const [i, { end, x }] of labels.entries()) {
      ctx.font = fontOf(chart, 600)
      ctx.fillStyle = colors.of('text')
      ctx.fillText(end, x, places[i] as number)
    }
    ctx.restore()
  },
})

/** How much of what the labels might reach into is plot, at least: the rest is the y axis and the room itself. */
const PLOT_SHARE = 0.6

/** Room to the right of the plot that they take; a line that ends before the end of the plot has some there. */
export function endLabelsWidth({ series, positions, until }: ChartData, canvas: HTMLCanvasElement): number {
  const ctx = canvas.getContext('2d')
  if (!ctx) return 0
  ctx.save()
  ctx.font = `600 ${FONT_PX}px ${getComputedStyle(canvas).fontFamily}`
  const widths = series.map(({ end, values }) => {
    if (!end) return 0
    const last = values.findLastIndex((value) => value !== null)
    const left = positions && until ? 1 - (positions[last] ?? until) / until : 0
    return ctx.measureText(end).width - left * PLOT_SHARE * canvas.clientWidth
  })
  ctx.restore()
  return Math.max(0, ...widths)
}

/** Deployments, rollbacks and emergencies in a strip above the plot. */
export const markerStrip = (markers: readonly ChartMarker[], colors: ChartColors): Plugin => ({
  id: 'markerStrip',
  afterDraw(chart) {
    const { ctx, chartArea } = chart
    const y = chartArea.top - STRIP
    ctx.save()
    let written = Number.NEGATIVE_INFINITY
    for (const { at, kind, label } of markers) {
      const x = xOf(chart, at)
      drawGlyph(ctx, kind, x, y, colors)
      if (!label) continue
      ctx.font = fontOf(chart, kind === 'tick' ? 400 : 500)
      const width = ctx.measureText(label).width
      const left = Math.max(2, Math.min(kind === 'tick' ? x - width / 2 : x - 4, chart.width - width - 2))
      // One that would cover the last stays in the table.
      if (left < written + 6) continue
      written = left + width
      ctx.fillStyle = colors.of(kind === 'suspect' ? 's1' : 'text-2')
      ctx.textBaseline = 'middle'
      ctx.textAlign = 'left'
      ctx.fillText(label, left, y - 18)
    }
    ctx.restore()
  },
})

function drawGlyph(
  ctx: CanvasRenderingContext2D,
  kind: ChartMarker['kind'],
  x: number,
  y: number,
  colors: ChartColors,
): void {
  ctx.beginPath()
  if (kind === 'tick') {
    ctx.strokeStyle = colors.of('viz-median')
    ctx.lineWidth = 1
    ctx.moveTo(x, y - 5)
    ctx.lineTo(x, y + 3)
    ctx.stroke()
    return
  }
  if (kind === 'rollback') {
    ctx.fillStyle = colors.of('roll')
    ctx.moveTo(x + 4, y - 5)
    ctx.lineTo(x - 4, y - 0.5)
    ctx.lineTo(x + 4, y + 4)
    ctx.fill()
    return
  }
  if (kind === 'emergency') {
    ctx.strokeStyle = colors.of('s1')
    ctx.lineWidth = 1.75
    ctx.moveTo(x, y - 5.5)
    ctx.lineTo(x + 5, y - 0.5)
    ctx.lineTo(x, y + 4.5)
    ctx.lineTo(x - 5, y - 0.5)
    ctx.closePath()
    ctx.stroke()
    return
  }
  ctx.fillStyle = colors.of(kind === 'suspect' ? 's1' : 'text-3')
  ctx.moveTo(x - 4.5, y - 4)
  ctx.lineTo(x + 4.5, y - 4)
  ctx.lineTo(x, y + 3.5)
  ctx.fill()
}
