import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Scale,
  Tooltip,
} from 'chart.js'
import type { ChartData, ChartSeries, WrittenChart } from '../../views/components/chart-data.ts'
import { ChartColors } from './chart-colors.ts'
import { endLabels, endLabelsWidth, markerStrip } from './chart-marks.ts'
import { thinTicks } from './chart-ticks.ts'

/**
 * Draws the charts of a page from the data beside them. The words are the server's; here are only shapes, colours and
 * keys. Loaded when the first chart comes near to being seen.
 */
Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement)
Chart.register(Filler, LogarithmicScale, PointElement, Tooltip)
Chart.defaults.animation = false
Chart.defaults.maintainAspectRatio = false

const PRINT_RATIO = 2
const colors = new ChartColors()

interface Drawn {
  readonly data: ChartData
  readonly chart: Chart
}
const drawn = new Map<HTMLElement, Drawn>()

/** Draws one chart; again when it was drawn before. */
export function drawChart(figure: HTMLElement): void {
  const canvas = figure.querySelector('canvas')
  const text = figure.querySelector('script[type="application/json"]')?.textContent
  if (!canvas || !text) return
  drawn.get(figure)?.chart.destroy()
  const data = linked(JSON.parse(text) as WrittenChart, figure)
  const chart = new Chart(canvas, configurationOf(data, canvas))
  if (!drawn.has(figure)) watchKeys(figure)
  drawn.set(figure, { data, chart })
  figure.dataset.drawn = 'yes'
  figure.tabIndex = 0
}

function linked({ links, ...data }: WrittenChart, figure: HTMLElement): ChartData {
  if (typeof links !== 'number') return { ...data, links }
  const rows = figure.parentElement?.querySelectorAll('details.chart-data tbody tr') ?? []
  return {
    ...data,
    links: [...rows].map((row) => row.children[links]?.querySelector('a')?.getAttribute('href') ?? null),
  }
}

/** Those whose page was left would be kept in memory. */
export function forgetGone(): void {
  for (const [figure, { chart }] of drawn)
    if (!figure.isConnected) {
      chart.destroy()
      drawn.delete(figure)
    }
}

function redraw(): void {
  colors.forget()
  for (const figure of drawn.keys()) drawChart(figure)
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ['data-theme'] })

// Paper is light, whatever the screen is, and has more dots.
let themeOnScreen: string | undefined
addEventListener('beforeprint', () => {
  themeOnScreen = document.documentElement.dataset.theme ?? ''
  document.documentElement.dataset.theme = 'light'
  Chart.defaults.devicePixelRatio = PRINT_RATIO
  redraw()
})
addEventListener('afterprint', () => {
  if (themeOnScreen) document.documentElement.dataset.theme = themeOnScreen
  else delete document.documentElement.dataset.theme
  Chart.defaults.devicePixelRatio = window.devicePixelRatio
  redraw()
})

function configurationOf(data: ChartData, canvas: HTMLCanvasElement): ChartConfiguration {
  const { labels, tips, links, ticks, unit = '', markers = [], positions } = data
  const family = getComputedStyle(canvas).fontFamily
  const font = { family, size: 12 }
  const axis = { color: colors.of('viz-axis'), font }
  const columns = data.series.some(({ kind }) => kind === 'columns')
  const end = endLabelsWidth(data, canvas)
  const texts = new Map(ticks.map(({ at, text }) => [at, text]))
  const marked = markers.some(({ label }) => label)
  return {
    // A type for the whole is asked for; each series has its own.
    type: columns ? 'bar' : 'line',
    data: { labels: [...labels], datasets: data.series.map((series) => datasetOf(series, positions)) as never },
    plugins: [thinTicks, endLabels(data, colors), ...(markers.length > 0 ? [markerStrip(markers, colors)] : [])],
    options: {
      responsive: true,
      interaction: { mode: 'index', intersect: false },
      layout: { padding: { top: markers.length === 0 ? 8 : marked ? 40 : 22, right: end > 0 ? end + 14 : 4 } },
      onClick(_event, _elements, chart) {
        const link = links?.[chart.tooltip?.dataPoints?.[0]?.dataIndex ?? -1]
        if (link) location.assign(link)
      },
      onHover(_event, elements, chart) {
        const link = links?.[elements[0]?.index ?? -1]
        chart.canvas.style.cursor = link ? 'pointer' : ''
      },
      scales: {
        x: {
          type: positions ? 'linear' : 'category',
          ...(positions ? { min: 0, max: data.until } : {}),
          stacked: columns,
          offset: !positions && (columns || data.series.some(({ kind, dots }) => kind === 'dots' || dots)),
          grid: { display: false },
          border: { color: colors.of('border-strong') },
          // An axis of numbers would choose its labels itself.
          afterBuildTicks(scale: Scale) {
            if (positions) scale.ticks = ticks.map(({ at }) => ({ value: at }))
          },
          title: { display: data.xTitle !== undefined, text: data.xTitle ?? '', ...axis },
          ticks: {
            ...axis,
            autoSkip: false,
            maxRotation: 0,
            callback: (value) => texts.get(Number(value)) ?? null,
          },
        },
        y: {
          type: data.logarithmic ? 'logarithmic' : 'linear',
          stacked: columns,
          ...(data.logarithmic ? {} : { beginAtZero: true, suggestedMax: unit === '' ? 4 : undefined }),
          grid: { color: colors.of('viz-grid'), drawTicks: false },
          border: { display: false },
          ticks: {
            ...axis,
            padding: 8,
            maxTicksLimit: 5,
            ...(unit === '' && columns ? { precision: 0 } : {}),
            callback: (value) => `${Number(value).toLocaleString('en')}${unit}`,
          },
        },
      },
      plugins: {
        legend: { display: false },
        // Else a band would cover what is drawn after it.
        filler: { drawTime: 'beforeDatasetsDraw' },
        tooltip: {
          // One entry for the whole place, in the server's words.
          filter: (item, _index) => item.datasetIndex === firstThere(data, item.dataIndex),
          displayColors: false,
          callbacks: {
            title: (items) => labels[items[0]?.dataIndex ?? -1] ?? '',
            label: (item) => [...(tips[item.dataIndex] ?? [])],
          },
          backgroundColor: colors.of('surface'),
          titleColor: colors.of('text'),
          bodyColor: colors.of('text-2'),
          borderColor: colors.of('border-strong'),
          borderWidth: 1,
          padding: 10,
          cornerRadius: 6,
          titleFont: { family, size: 12, weight: 600 },
          bodyFont: font,
        },
      },
    },
  } as ChartConfiguration
}

/** The first series that has a value at a place. */
const firstThere = ({ series }: ChartData, at: number): number =>
  series.findIndex(({ values }) => values[at] !== null && values[at] !== undefined)

type Value = number | null | { readonly x: number; readonly y: number | null }

function datasetOf(series: ChartSeries, positions: ChartData['positions']): ChartDataset<'bar' | 'line', Value[]> {
  const { label, kind, values, color, stroke, dashed, width = 2, dots, hollow = [], stepped, filled } = series
  const fill = colors.of(color)
  const data = positions ? values.map((y, i) => ({ x: positions[i] as number, y })) : [...values]
  const shared = { label, data, backgroundColor: fill }
  if (kind === 'columns')
    return {
      ...shared,
      type: 'bar',
      borderColor: colors.of(stroke ?? color),
      borderWidth: stroke ? 1 : 0,
      barPercentage: 0.86,
      categoryPercentage: 0.9,
      maxBarThickness: 48,
    }
  const isHollow = new Set(hollow)
  return {
    ...shared,
    type: 'line',
    borderColor: fill,
    borderWidth: width,
    ...(dashed ? { borderDash: [5, 3] } : {}),
    stepped: stepped ?? false,
    fill: filled ? '-1' : false,
    pointRadius: kind === 'dots' || dots ? 3 : 0,
    pointHoverRadius: 4,
    pointBackgroundColor: values.map((_, i) => (isHollow.has(i) ? colors.of('surface') : fill)),
    pointBorderColor: fill,
    showLine: kind !== 'dots',
    spanGaps: false,
    clip: 8,
  }
}

/** Left and right move the tooltip, Enter opens what it tells of, Escape puts it away. */
function watchKeys(figure: HTMLElement): void {
  let at = -1
  figure.addEventListener('keydown', (event) => {
    const shown = drawn.get(figure)
    if (!shown || event.target !== figure || event.ctrlKey || event.metaKey || event.altKey) return
    const { data, chart } = shown
    const last = data.labels.length - 1
    const moves: Record<string, number> = {
      ArrowRight: Math.min(last, at + 1),
      ArrowLeft: at < 0 ? last : Math.max(0, at - 1),
      Home: 0,
      End: last,
    }
    if (event.key in moves) {
      event.preventDefault()
      at = moves[event.key] as number
      show(chart, data, at)
      say([data.labels[at], ...(data.tips[at] ?? [])].join('. '))
    } else if (event.key === 'Enter') {
      const link = data.links?.[at]
      if (link) location.assign(link)
    } else if (event.key === 'Escape') hide(chart)
  })
  figure.addEventListener('blur', () => {
    const shown = drawn.get(figure)
    if (shown) hide(shown.chart)
  })
}

function show(chart: Chart, data: ChartData, at: number): void {
  const elements = data.series.flatMap(({ values }, datasetIndex) =>
    values[at] === null || values[at] === undefined ? [] : [{ datasetIndex, index: at }],
  )
  const points = elements.map(({ datasetIndex, index }) => chart.getDatasetMeta(datasetIndex).data[index])
  const y = Math.min(...points.map((point) => point?.y ?? chart.chartArea.bottom))
  chart.setActiveElements(elements)
  chart.tooltip?.setActiveElements(elements, { x: points[0]?.x ?? 0, y: Number.isFinite(y) ? y : 0 })
  chart.update('none')
}

function hide(chart: Chart): void {
  chart.setActiveElements([])
  chart.tooltip?.setActiveElements([], { x: 0, y: 0 })
  chart.update('none')
}

function say(text: string): void {
  const region = document.querySelector('#say')
  if (region) region.textContent = text
}
