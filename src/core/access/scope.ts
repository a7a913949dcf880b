/** What an API token may do. */
export const SCOPES = [
  'read',
  'deployments:write',
  'defects:write',
  'freezes:write',
  'locks:write',
  'releases:fire',
] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)
