import { createRequire } from 'node:module'

/** A webhook request as somebody else wrote it down, without what proves its sender. */
export interface Example {
  /** Of the source that it is for. */
  readonly kind: string
  /** Where it was found. */
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** GitHub's own: of github.com and of the enterprise servers 3.1 to 3.5. */
export const GITHUB_EDITIONS = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'] as const

const require = createRequire(import.meta.url)

export function githubExamples(edition: (typeof GITHUB_EDITIONS)[number]): Example[] {
  const events = require(`@octokit/webhooks-examples/${edition}/index.json`) as { name: string; examples: unknown[] }[]
  return events.flatMap(({ name, examples }) =>
    examples.map((payload, i) => ({
      kind: 'github',
      name: `${edition} ${name} ${i}`,
      headers: {
        'content-type': 'application/json',
        'x-github-event': name,
        'x-github-delivery': `${edition}-${name.replaceAll('_', '-')}-${i}`,
      },
      body: Buffer.from(JSON.stringify(payload)),
    })),
  )
}
