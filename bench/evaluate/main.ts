import { evaluateAttribution } from './attribution/attribution.ts'
import { evaluateVerdict } from './verdict.ts'

/**
 * npm run evaluate -- <what> [options]
 * Measures a method on simulated or recorded worlds whose truth is known, prints Markdown tables, and ends with 1 when a
 * goal is missed.
 */
const EVALUATIONS: Record<string, (args: string[]) => boolean> = {
  attribution: evaluateAttribution,
  verdict: evaluateVerdict,
}

const [what = '', ...args] = process.argv.slice(2)
const evaluate = EVALUATIONS[what]
if (!evaluate) throw new Error(`npm run evaluate -- ${Object.keys(EVALUATIONS).join(' | ')}`)
process.exitCode = evaluate(args) ? 0 : 1
