/** Fetches what draws charts when the first one comes near to being seen, and closes the tables that stand in for them. */

/** How far outside the window a chart is drawn already. */
const NEAR = '400px'

let drawing: Promise<typeof import('./charts.ts')> | undefined
let observer: IntersectionObserver | undefined

/** For a page that is new, or new in parts. */
export function findCharts(): void {
  for (const table of document.querySelectorAll<HTMLDetailsElement>('details.chart-data:not([data-ready])')) {
    table.open = false
    table.dataset.ready = 'yes'
    table.addEventListener('toggle', () => table.open && nameLinks(table))
  }
  void drawing?.then(({ forgetGone }) => forgetGone())
  const figures = document.querySelectorAll<HTMLElement>('figure[data-chart]:not([data-drawn])')
  if (figures.length === 0) return
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          observer?.unobserve(target)
          void draw(target as HTMLElement)
        }
    },
    { rootMargin: NEAR },
  )
  for (const figure of figures) observer.observe(figure)
}

/** Numbers alone say nothing to who hears the links of a page without its tables. */
function nameLinks(table: HTMLDetailsElement): void {
  const columns = [...table.querySelectorAll('thead th')].map((th) => th.textContent)
  for (const row of table.querySelectorAll('tbody tr'))
    for (const [i, cell] of [...row.children].entries()) {
      const link = cell.matches('td') ? cell.querySelector('a') : null
      link?.setAttribute('aria-label', `${link.textContent} ${columns[i]}, ${row.firstElementChild?.textContent}`)
    }
}

/** Those that were not drawn yet stand on paper as their tables. */
const openedForPaper = new Set<HTMLDetailsElement>()
addEventListener('beforeprint', () => {
  for (const figure of document.querySelectorAll('figure[data-chart]:not([data-drawn])')) {
    const table = figure.parentElement?.querySelector<HTMLDetailsElement>('details.chart-data:not([open])')
    if (!table) continue
    table.open = true
    openedForPaper.add(table)
  }
})
addEventListener('afterprint', () => {
  for (const table of openedForPaper) table.open = false
  openedForPaper.clear()
})

async function draw(figure: HTMLElement): Promise<void> {
  drawing ??= import('./charts.ts')
  try {
    const [{ drawChart }] = await Promise.all([drawing, document.fonts.ready])
    if (figure.isConnected) drawChart(figure)
  } catch {
    drawing = undefined
    // Without the chart its table tells the same.
    const table = figure.parentElement?.querySelector<HTMLDetailsElement>('details.chart-data')
    if (table) table.open = true
    figure.dataset.failed = 'yes'
  }
}
