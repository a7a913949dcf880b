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

// The pages' Content-Security-Policy asks for Trusted Types and allows the one policy `htmx`. Where a browser knows no
// Trusted Types the same rules are handed over plain, so that expressions in attributes are refused everywhere.
htmx.registerExtension('app-security', {
  init(api: InternalApi) {
    const trusted = (window as { trustedTypes?: TrustedTypes }).trustedTypes
    const rules = { createHTML: (text: string) => text, createScript: refuse }
    api.initSecurity(trusted ? trusted.createPolicy('htmx', rules) : rules, refuse, refuse)
  },
})
