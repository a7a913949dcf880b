import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { attributionBounds, attributionTable, measureAttribution } from './attribution.ts'
import { type FiringRun, measureFiring } from './firing.ts'
import { type IngestRun, measureIngest } from './ingest.ts'
import { measurePages, type PageRun } from './pages.ts'
import {
  type Bound,
  firingBounds,
  firingTable,
  type Grown,
  growthTable,
  ingestBounds,
  ingestTable,
  lateBounds,
  lateTable,
  pageBounds,
  pageTable,
  verdicts,
} from './report.ts'

/**
 * npm run bench -- [--only ingest|firing|pages|attribution] [--rounds 3] [--seconds 5] [--fires 200] [--defects 1000000] [--deployments 100000] [--engine sqlite|postgres]
 * Prints Markdown tables and writes reports/bench.json; ends with 1 when a bound is missed.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    fires: { type: 'string', default: '200' },
    defects: { type: 'string', default: '1000000' },
    deployments: { type: 'string', default: '100000' },
    engine: { type: 'string' },
  },
})
const number = (name: 'rounds' | 'seconds' | 'fires' | 'defects' | 'deployments') => {
  const value = Number(values[name].replaceAll(/[,_]/g, ''))
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  return value
}
const PARTS = ['ingest', 'firing', 'pages', 'attribution'] as const
type Part = (typeof PARTS)[number]
if (values.only !== undefined && !PARTS.some((part) => part === values.only))
  throw new Error(`--only takes one of ${PARTS.join(', ')}`)
const wanted = (part: Part) => values.only === undefined || values.only === part

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`
console.log(`# Postflight bench\n\n${machine}\n`)
const bounds: Bound[] = []
let ingest: IngestRun[] = []
let firing: FiringRun | undefined
let pages: PageRun[] = []
const grown: Grown[] = []
/** Shares of the volume that pages are measured at, to see what they grow with. */
const GROWTH = [0.01, 0.1, 1]
const LEAST_GROWN = 10_000

if (wanted('ingest')) {
  ingest = await measureIngest({ rounds: number('rounds'), seconds: number('seconds') }, (run) =>
    console.error(
      `round ${run.round}: ${run.contestant}, ${run.connections} connections: ${Math.round(run.perSecond)}/s`,
    ),
  )
  const found = ingestBounds(ingest)
  console.log(`## Webhooks in\n\n${ingestTable(ingest)}\n\n${verdicts(found)}\n`)
  bounds.push(...found)
}
if (wanted('firing')) {
  const fires = number('fires')
  firing = await measureFiring({ fires, seconds: Math.ceil(fires / 10), connections: 16 })
  const found = firingBounds(firing)
  console.log(`## From approval to CI\n\n${firingTable(firing)}\n\n${verdicts(found)}\n`)
  bounds.push(...found)
}
if (wanted('pages')) {
  const volume = { defects: number('defects'), deployments: number('deployments') }
  const engines = (['sqlite', 'postgres'] as const).filter((engine) => (values.engine ?? engine) === engine)
  if (engines.length === 0) throw new Error('--engine takes sqlite or postgres')
  const size = ({ defects, deployments }: typeof volume) =>
    `${defects.toLocaleString('en')} defects and ${deployments.toLocaleString('en')} deployments`
  for (const share of GROWTH) {
    const part = { defects: volume.defects * share, deployments: volume.deployments * share }
    if (share < 1 && part.defects < LEAST_GROWN) continue
    console.error(size(part))
    const onRun = (run: PageRun) => console.error(`${run.engine}: ${run.page}: p95 ${run.p95.toFixed(1)} ms`)
    const measured = await measurePages(part, onRun, { engines, late: share === 1 })
    grown.push({ defects: part.defects, pages: measured.pages })
    if (share < 1) continue
    pages = measured.pages
    const found = [...pageBounds(pages), ...lateBounds(measured.late)]
    console.log(
      `## Pages with ${size(part)}\n\n${pageTable(pages)}\n\n${lateTable(measured.late)}\n\n${verdicts(found)}\n`,
    )
    bounds.push(...found)
  }
  if (grown.length > 1) console.log(`## How pages grow with the defects\n\n${growthTable(grown)}\n`)
}
if (wanted('attribution')) {
  const run = measureAttribution(number('deployments'), number('rounds'))
  const found = attributionBounds(run)
  console.log(`## Attribution\n\n${attributionTable(run)}\n\n${verdicts(found)}\n`)
  bounds.push(...found)
}

const folder = resolve(import.meta.dirname, '../reports')
mkdirSync(folder, { recursive: true })
const report = { at: new Date().toISOString(), machine, options: values, ingest, firing, pages, grown, bounds }
writeFileSync(resolve(folder, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
process.exitCode = bounds.every(({ met }) => met) ? 0 : 1
