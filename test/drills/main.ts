import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { drillAttribution } from './attribution.ts'
import { CannotDrill, type DrillReport } from './drill.ts'
import { drillEmergency } from './emergency.ts'
import { drillFullDisk } from './full-disk.ts'
import { drillIoErrors } from './io-errors.ts'
import { drillKill } from './kill.ts'
import { drillPowerCut } from './power-cut.ts'
import { drillSlowDisk } from './slow-disk.ts'
import { drillStop } from './stop.ts'

/**
 * npm run drills -- [--only kill,stop,power-cut,io-errors,full-disk,slow-disk,attribution,emergency] [--seed 1]
 *   [--kills 50] [--stops 10] [--images 1000] [--boots 10] [--deliveries 400] [--syncs 40] [--fills 10]
 *   [--hang-seconds 30] [--attributions 10000] [--fires 1000]
 * Provokes each fault for real on the server as it is shipped, prints Markdown tables and writes reports/drills.json;
 * ends with 1 when something was lost or another promise was not kept.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'kill,stop,power-cut,io-errors,full-disk,slow-disk,attribution,emergency' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '50' },
    stops: { type: 'string', default: '10' },
    images: { type: 'string', default: '1000' },
    boots: { type: 'string', default: '10' },
    deliveries: { type: 'string', default: '400' },
    syncs: { type: 'string', default: '40' },
    fills: { type: 'string', default: '10' },
    'hang-seconds': { type: 'string', default: '30' },
    attributions: { type: 'string', default: '10000' },
    fires: { type: 'string', default: '1000' },
  },
})

function number(name: Exclude<keyof typeof values, 'only'>): number {
  const value = Number(values[name].replaceAll(/[,_]/g, ''))
  if (!(Number.isSafeInteger(value) && value > 0)) throw new Error(`--${name} must be a whole number above 0`)
  return value
}

const drills: Readonly<Record<string, () => Promise<DrillReport>>> = {
  kill: () => drillKill(number('kills'), number('seed')),
  stop: () => drillStop(number('stops')),
  'power-cut': () =>
    drillPowerCut({
      deliveries: number('deliveries'),
      images: number('images'),
      boots: number('boots'),
      seed: number('seed'),
    }),
  'io-errors': () => drillIoErrors(number('syncs')),
  'full-disk': () => drillFullDisk(number('fills')),
  'slow-disk': () => drillSlowDisk({ deliveries: number('deliveries'), hangSeconds: number('hang-seconds') }),
  attribution: () => drillAttribution(number('attributions'), number('seed')),
  emergency: () => drillEmergency(number('fires'), number('seed')),
}

const chosen = values.only.split(',')
const unknown = chosen.filter((name) => !Object.hasOwn(drills, name))
if (unknown.length > 0) throw new Error(`--only takes ${Object.keys(drills).join(', ')}; not ${unknown.join(', ')}`)

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`
console.log(`# Postflight drills\n\n${machine}\n`)
const reports: (DrillReport & { readonly seconds: number })[] = []
const skipped: string[] = []
for (const name of chosen) {
  const startedAt = performance.now()
  try {
    const report = await (drills[name] as () => Promise<DrillReport>)()
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    reports.push({ ...report, seconds })
    console.log(`## ${report.drill}, ${report.times} times, ${seconds} s\n\n${verdicts(report)}\n`)
  } catch (error) {
    if (!(error instanceof CannotDrill)) throw error
    skipped.push(name)
    console.log(`## ${name}\n\nskipped: ${error.message}\n`)
  }
}
console.log(table(reports))

const folder = resolve(import.meta.dirname, '../../reports')
mkdirSync(folder, { recursive: true })
const written = { at: new Date().toISOString(), machine, options: values, skipped, reports }
writeFileSync(resolve(folder, 'drills.json'), `${JSON.stringify(written, null, 2)}\n`)
process.exitCode = reports.every(({ claims }) => claims.every(({ kept }) => kept)) ? 0 : 1

function verdicts({ claims }: DrillReport): string {
  return claims.map(({ promise, seen, kept }) => `- ${kept ? 'pass' : 'FAIL'}: ${promise}; ${seen}`).join('\n')
}

function table(rows: typeof reports): string {
  const cells = rows.map(({ drill, times, acknowledged, lost, claims, seconds }) => [
    drill,
    times.toLocaleString('en'),
    acknowledged.toLocaleString('en'),
    lost,
    `${claims.filter(({ kept }) => kept).length} of ${claims.length}`,
    seconds,
  ])
  return [
    ['drill', 'times', 'acknowledged', 'lost', 'promises kept', 'seconds'],
    ['---', '--:', '--:', '--:', '--:', '--:'],
    ...cells,
  ]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}
