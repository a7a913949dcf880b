import { CsrfField, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Panel, TableBox } from '../components/page-parts.tsx'
import { Age, Day } from '../components/time.tsx'
import { withQuery } from '../paths.ts'

export interface IdentityRow {
  /** Under what a form speaks of it. */
  readonly handle: string
  /** The provider's address, or `proxy`. */
  readonly issuer: string
  /** As who they are known there. */
  readonly subject: string
  readonly linkedAt: number
  readonly lastUsedAt: number
}

export interface IdentitiesPanelProps {
  readonly identities: readonly IdentityRow[]
  /** Where one is taken away. */
  readonly path: string
  /** That address asks first. */
  readonly asks?: boolean
  /** Why one was not taken away. */
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

/** Who somebody is elsewhere, by whose word they may sign in. Nothing where there is nobody. */
export const IdentitiesPanel = ({ identities, path, asks, problems, csrfToken, now }: IdentitiesPanelProps) =>
  identities.length === 0 ? null : (
    <Panel
      id="identities"
      title="Known from elsewhere"
      hint="These let in without anything else; unlinking one ends sessions"
    >
      <FormErrors problems={problems} />
      <TableBox label="Identities">
        <table class="t">
          <caption class="vh">Who this account is elsewhere, in the order they were linked</caption>
          <thead>
            <tr>
              <th scope="col">By</th>
              <th scope="col">Known there as</th>
              <th scope="col">Linked</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span class="vh">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {identities.map(({ handle, issuer, subject, linkedAt, lastUsedAt }) => (
              <tr>
                <td class="ttl m-full">{issuer === 'proxy' ? 'The proxy in front' : issuer}</td>
                <td class="m-2">{subject}</td>
                <td class="m-2">
                  <span class="m-only t3 fs12">Linked</span>
                  <Day at={linkedAt} now={now} />
                </td>
                <td class="m-2">
                  <span class="m-only t3 fs12">Last used</span>
                  <Age at={lastUsedAt} now={now} />
                </td>
                <td class="m-2">
                  {asks ? (
                    <a class="btn sm" href={withQuery(path, { identity: handle })}>
                      Unlink…<span class="vh"> {subject}</span>
                    </a>
                  ) : (
                    <form method="post" action={path} hx-boost="false">
                      <CsrfField token={csrfToken} />
                      <input type="hidden" name="identity" value={handle} />
                      <button type="submit" class="btn sm">
                        Unlink<span class="vh"> {subject}</span>
                      </button>
                    </form>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
  )
