import { CI_TRIGGERS } from '../../outbound/ci/index.ts'

/** What a form needs to know to set a target of each kind. */
export const ciKinds = () =>
  CI_TRIGGERS.map(({ kind, label, fields, secret }) => ({
    kind,
    label,
    fields,
    // What is made when none is given says so itself.
    secret: {
      label: secret.label,
      hint: secret.generated ? secret.hint : `${secret.hint} Left empty, the one that is kept stays.`,
      optional: secret.generated,
    },
  }))
