import { cleanLine } from '../../core/text/text.ts'

/** Environments in the names of workflows, stages and jobs, whose senders have no field for them. */

const VERB = '(?:deploy(?:ment|ing|s)?|release|promote|roll[- ]?back)'
/** The names by which a workflow can name an environment; other words in a title are prose. */
const ENVIRONMENT =
  '((?:prod(?:uction)?|live|pre-?prod|stag(?:e|ing)|uat|qa|test(?:ing)?|dev(?:elopment)?|canary|sandbox|demo)(?:-[a-z0-9]+){0,4})(?![a-z0-9])'
/** "Deploy to production", "Release: staging", "deploy-prod-eu", "Deploy the API to uat"; not "Test and deploy". */
const VERB_FIRST = new RegExp(`${VERB}(?:[\\s_:/([-]+|.{0,60}?[\\s_-]to[\\s_-]+)${ENVIRONMENT}`, 'i')
const ENVIRONMENT_FIRST = new RegExp(`(?<![a-z0-9])${ENVIRONMENT}[\\s_-]+${VERB}`, 'i')
/** A run's title is often a commit message, so there only "deploy … to" names one. */
const IN_TITLE = new RegExp(`\\b${VERB}\\b.{0,60}? to ${ENVIRONMENT}`, 'i')
/** "Production", "prod-eu"; but a stage called Test runs tests. */
const NOTHING_ELSE = new RegExp(`^(?!test)${ENVIRONMENT}$`, 'i')

/** In lower case, of a name that also says that it deploys: "Deploy to production", `prod-eu-deploy`. */
export const deployedEnvironment = (name: string): string | undefined =>
  (VERB_FIRST.exec(name) ?? ENVIRONMENT_FIRST.exec(name))?.[1]?.toLowerCase()

/** In lower case, of a title: "Deploy the API to production". */
export const environmentInTitle = (title: string): string | undefined =>
  IN_TITLE.exec(cleanLine(title, 300))?.[1]?.toLowerCase()

/** The same of a stage, which may have the name of the environment alone, or run words together (`DeployProd`). */
export function environmentOfStage(name: string): string | undefined {
  const words = cleanLine(name.replace(/([a-z])(?=[A-Z])/g, '$1 '), 200)
  return NOTHING_ELSE.exec(words.replace(/[\s_]+/g, '-'))?.[1]?.toLowerCase() ?? deployedEnvironment(words)
}

/** Whether a name says that it brings back what ran before. */
export const saysRollback = (name: string): boolean => /roll[-_ ]?back/i.test(name)
