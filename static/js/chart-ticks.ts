import type { Chart, Plugin } from 'chart.js'
import { everyOf } from './spaced-labels.ts'

/** A plot no wider than this has few labels, so that each can be read. */
const NARROW_PX = 480
const MOST_IF_NARROW = 5

/** Leaves out labels of the x axis where they would cover each other, by their widths where they will stand. */
export const thinTicks: Plugin = {
  id: 'thinTicks',
  afterLayout(chart: Chart) {
    const { ctx, scales } = chart
    const { x } = scales
    if (!x) return
    ctx.save()
    ctx.font = `12px ${getComputedStyle(chart.canvas).fontFamily}`
    const places = x.ticks.map(({ label }, i) => ({
      at: x.getPixelForTick(i),
      width: ctx.measureText(String(label ?? '')).width,
    }))
    ctx.restore()
    const every = everyOf(places, chart.width <= NARROW_PX ? MOST_IF_NARROW : places.length)
    for (const [i, tick] of x.ticks.entries()) if (i % every !== 0) tick.label = ''
  },
}
