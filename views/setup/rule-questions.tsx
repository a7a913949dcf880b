import type { StoredIdentityRule } from '../../src/store/defects/identity-rules.ts'
import type { StoredRule } from '../../src/store/sources/service-rules.ts'
import type { Question } from '../components/confirm-page.tsx'
import { namesPath } from '../paths.ts'
import { IdentityRuleWords } from './identity-page.tsx'

interface AskedSource {
  readonly slug: string
  readonly name: string
}

/** Whether what a sender calls itself is to mean a service no more. */
export const removeServiceRuleQuestion = (source: AskedSource, rule: StoredRule): Question => ({
  title: `Remove the rule for ${rule.field} ‘${rule.pattern}’?`,
  facts: [
    ['When', <code>{`${rule.field} ${rule.pattern}`}</code>],
    ['Service', rule.service],
    ['For', rule.isGeneral ? 'all sources' : source.name],
  ],
  happens: `What arrives from now on ${rule.isGeneral ? 'by any source' : `by ${source.name}`} goes by the rules that are left, else by what the sender calls itself.`,
  stays: 'What arrived before stays as it is until it is read again, which the page of the names offers.',
  verb: 'Remove',
  button: `Remove the rule for ‘${rule.pattern}’`,
  back: `${namesPath(source.slug)}#rules`,
})

/** Whether reports are to be one defect by this no more. */
export const removeIdentityRuleQuestion = (source: AskedSource, rule: StoredIdentityRule): Question => {
  const name = rule.kind === 'fields' ? `‘${rule.name}’` : 'for names'
  return {
    title: `Remove the rule ${name} of ${source.name}?`,
    facts: [['The same defect by', <IdentityRuleWords rule={rule} />]],
    happens:
      'Defects that are one by this rule alone come apart, at once, and what arrives from now on is not held against it.',
    stays: 'What people merged stays merged. Saving the rule again, and reading the past again, brings them together.',
    verb: 'Remove',
    button: `Remove the rule ${name}`,
    back: `${namesPath(source.slug)}/identity`,
  }
}
