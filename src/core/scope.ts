/** What an API token may do. */
export type Scope = 'read' | 'deployments:write' | 'defects:write' | 'freezes:write' | 'releases:fire'
export const SCOPES: readonly Scope[] = ['read', 'deployments:write', 'defects:write', 'freezes:write', 'releases:fire']

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)
