import { lineOf } from '../reading/payload.ts'

/** What a build says of its deployment. */
export interface Stated {
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly version?: string | undefined
  readonly commit?: string | undefined
}

/** The names by which parameters say it, the likeliest first. */
const NAMES: Readonly<Record<keyof Stated, readonly string[]>> = {
  service: ['service', 'service_name', 'application', 'app'],
  environment: [
    'environment',
    'env',
    'deploy_environment',
    'deploy_env',
    'target_environment',
    'target_env',
    'deploy_to',
  ],
  version: ['version', 'release_version', 'app_version', 'release', 'tag', 'image_tag'],
  commit: ['commit', 'git_commit', 'commit_sha'],
}

/** In the notes as `environment=production version=4.18.0`, which can only be meant; in parameters by the usual names. */
export function statedOf(
  notes: string | null | undefined,
  parameters: Readonly<Record<string, unknown>> | null | undefined,
): { readonly inNotes: Stated; readonly inParameters: Stated } {
  const written = [
    ...(notes ?? '').slice(0, 10_000).matchAll(/(?:^|[\s,;])([a-z_]{1,30})=("[^"]{0,300}"|[^\s,;]{1,300})/gi),
  ]
  const inNotes = written.map(([, name, value]) => [name as string, (value as string).replace(/^"|"$/g, '')] as const)
  const inParameters = Object.entries(parameters ?? {}).slice(0, 500)
  return { inNotes: found(inNotes), inParameters: found(inParameters) }
}

function found(values: readonly (readonly [string, unknown])[]): Stated {
  const byName = new Map(values.map(([name, value]) => [name.toLowerCase(), value]))
  const first = (names: readonly string[]) =>
    names
      .map((name) => byName.get(name))
      .map((value) => (typeof value === 'string' || typeof value === 'number' ? lineOf(String(value), 200) : undefined))
      .find(Boolean)
  return {
    service: first(NAMES.service),
    environment: first(NAMES.environment),
    version: first(NAMES.version),
    commit: first(NAMES.commit),
  }
}
