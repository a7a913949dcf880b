import type { EnvironmentTier } from '../event.ts'

const TIER_OF_NAME: readonly (readonly [RegExp, EnvironmentTier])[] = [
  [/^(pre-?prod|stag(e|ing)?|uat|canary-?test)/i, 'staging'],
  [/^(prod(uction)?|live)\b/i, 'production'],
  [/^(test(ing)?|qa|ci|integration|e2e)\b/i, 'testing'],
  [/^(dev(elopment)?|local|sandbox|review|preview)\b/i, 'development'],
]

/** The tier of an environment whose sender did not state one, by the usual names; anything else is `other`. */
export const tierOfName = (name: string): EnvironmentTier =>
  TIER_OF_NAME.find(([pattern]) => pattern.test(name.trim()))?.[1] ?? 'other'

/** Which of them is looked at unless somebody says which: `production`, or else the first. */
export const usualEnvironment = <Place extends { readonly name: string }>(
  environments: readonly Place[],
): Place | undefined => environments.find(({ name }) => name === 'production') ?? environments[0]
