import htmx from 'htmx.org'

interface InternalApi {
  initSecurity(policy: unknown, sync: () => never, async: () => never): void
}
interface TrustedTypes {
  createPolicy(name: string, rules: Record<string, (text: string) => string>): unknown
}

const refuse = (): never => {
  throw new Error('htmx expressions are disabled')
}

/** htmx copies every script of what it puts in, data blocks too. JSON does nothing, even where it were run. */
function onlyData(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return refuse()
  }
}

// The pages' Content-Security-Policy asks for Trusted Types and allows the one policy `htmx`. Where a browser knows no
// Trusted Types the same rules are handed over plain, so that expressions in attributes are refused everywhere.
htmx.registerExtension('app-security', {
  init(api: InternalApi) {
    const trusted = (window as { trustedTypes?: TrustedTypes }).trustedTypes
    const rules = { createHTML: (text: string) => text, createScript: onlyData }
    api.initSecurity(trusted ? trusted.createPolicy('htmx', rules) : rules, refuse, refuse)
  },
})
