import { CI_TRIGGERS } from '../outbound/ci/index.ts'

/** What a form needs to know to set a target of each kind. */
export const ciKinds = () =>
  CI_TRIGGERS.map(({ kind, label, fields, secret }) => ({
    kind,
    label,
    fields,
    secret: { label: secret.label, hint: secret.hint },
  }))
