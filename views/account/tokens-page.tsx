import { SCOPES, type Scope } from '../../src/core/access/scope.ts'
import {
  CsrfField,
  Field,
  FieldFrame,
  FormErrors,
  type FormProblems,
  fieldAttributes,
  Pick,
} from '../components/form-parts.tsx'
import { CopyCode, Empty, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { Age, Day, Time } from '../components/time.tsx'

export interface TokenRow {
  readonly id: number
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly Scope[]
  /** May change things of these services only; undefined: of all. */
  readonly services: readonly string[] | undefined
  readonly madeBy: string | null
  readonly successorId: number | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly state: 'in force' | 'expired' | 'revoked'
}

export interface TokensPageProps {
  readonly tokens: readonly TokenRow[]
  /** Just made: the only time it can be shown. */
  readonly created?:
    | {
        readonly name: string
        readonly token: string
        /** Of the token that it replaces. */
        readonly oldEndsAt?: number
      }
    | undefined
  readonly typed: {
    readonly name: string
    readonly scopes: readonly string[]
    /** Names, separated by commas; '': all. */
    readonly services: string
    readonly days: string
  }
  /** To choose from. */
  readonly services: readonly string[]
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

const MEANING: Record<Scope, string> = {
  read: 'read everything',
  'deployments:write': 'report deployments',
  'defects:write': 'report and change defects',
  'freezes:write': 'make and end freezes',
  'locks:write': 'set and release deploy locks',
  'releases:fire': 'open, approve and send emergency releases: this reaches your CI',
}

export const TokensPage = ({ tokens, created, typed, services, problems, csrfToken, now }: TokensPageProps) => (
  <>
    <PageHead
      title="API tokens"
      sub={<span>For CI and scripts. Each is shown once; keep it where your CI keeps secrets.</span>}
    />
    {created ? (
      <Panel id="created" title={`Token “${created.name}”`} hint="Copy it now. It cannot be shown again." pad>
        <CopyCode code={created.token} label="Token" />
        {created.oldEndsAt === undefined ? null : created.oldEndsAt <= now ? (
          <p>The token that it replaces has ended.</p>
        ) : (
          <p>
            The token that it replaces works until <Time at={created.oldEndsAt} now={now} />. Put this one in its place
            before.
          </p>
        )}
      </Panel>
    ) : null}
    <Panel id="tokens" title="Tokens" pad={tokens.length === 0}>
      {tokens.length === 0 ? (
        <Empty icon="key">No tokens yet. Make one for each CI system that reports.</Empty>
      ) : (
        <TokenTable {...{ tokens, csrfToken, now }} />
      )}
    </Panel>
    <Panel id="new-token" title="New token" pad>
      <FormErrors problems={problems} />
      <form method="post" action="/account/tokens">
        <CsrfField token={csrfToken} />
        <Field
          name="name"
          label="Name"
          hint="Where it will be used, such as “checkout-api CI”."
          value={typed.name}
          problems={problems}
          input={{ required: true, maxlength: 100, autocomplete: 'off' }}
        />
        <fieldset class="fs" id="f-scopes">
          <legend>What it may do</legend>
          <div class="fld">
            {SCOPES.map((scope) => (
              <label class="check">
                <input type="checkbox" name="scopes" value={scope} checked={typed.scopes.includes(scope)} />
                <span>
                  <code>{scope}</code> {MEANING[scope]}
                </span>
              </label>
            ))}
            {problems.fields.scopes ? <p class="err">{problems.fields.scopes}</p> : null}
          </div>
        </fieldset>
        <Field
          name="services"
          label="Only of these services"
          optional
          hint="Names, separated by commas. It then writes and fires for these alone; what it may read stays all. Empty: all services, also those to come."
          value={typed.services}
          problems={problems}
          input={{ autocomplete: 'off', list: 'services', maxlength: 2000 }}
        />
        <Suggestions id="services" of={services} />
        <FieldFrame
          name="days"
          label="Ends after"
          hint="A token ends within a year; make its successor before."
          problems={problems}
        >
          <select {...fieldAttributes('days', true, problems)}>
            {['30', '90', '365'].map((days) => (
              <option value={days} selected={days === typed.days}>
                {days} days
              </option>
            ))}
          </select>
        </FieldFrame>
        <div class="form-foot">
          <button type="submit" class="btn pri">
            Create token
          </button>
        </div>
      </form>
    </Panel>
  </>
)

const TokenTable = ({ tokens, csrfToken, now }: Pick<TokensPageProps, 'tokens' | 'csrfToken' | 'now'>) => (
  <TableBox label="API tokens">
    <table class="t">
      <caption class="vh">API tokens, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Begins with</th>
          <th scope="col">May</th>
          <th scope="col">Made by</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col">
            <span class="vh">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr>
            <td class="ttl m-full">{token.name}</td>
            <td class="m-2">
              <code>{token.prefix}…</code>
            </td>
            <td class="m-2">
              {token.scopes.join(', ')}
              <span class="t3">{tokenServices(token)}</span>
            </td>
            <td class="m-2">
              <span class="m-only t3 fs12">Made by</span>
              {token.madeBy ?? <span class="t3">unknown</span>}
            </td>
            <td class="m-2">
              <span class="m-only t3 fs12">Last used</span>
              {token.lastUsedAt === null ? <span class="t3">never</span> : <Age at={token.lastUsedAt} now={now} />}
            </td>
            <td class="m-2">
              <span class="m-only t3 fs12">Ends</span>
              {token.state === 'in force' && token.expiresAt !== null ? (
                <Day at={token.expiresAt} now={now} />
              ) : (
                <span class="t3">{token.state}</span>
              )}
            </td>
            <td class="m-2">{token.state === 'in force' ? <TokenActions {...{ token, csrfToken }} /> : null}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableBox>
)

/** ` of shop, cart`, where it is limited to some. */
export const tokenServices = ({ services }: Pick<TokenRow, 'services'>): string =>
  services ? ` of ${services.join(', ')}` : ''

const OVERLAPS = [
  { value: '0', text: 'now' },
  { value: '1', text: 'in 1 h' },
  { value: '24', text: 'in 24 h' },
  { value: '72', text: 'in 3 days' },
  { value: '168', text: 'in 7 days' },
]

function TokenActions({ token, csrfToken }: { token: TokenRow; csrfToken: string }) {
  return (
    <div class="row row-w">
      {token.successorId === null ? (
        <form class="row" method="post" action={`/account/tokens/${token.id}/replacement`} hx-boost="false">
          <CsrfField token={csrfToken} />
          <Pick name="overlap" label="This one ends" value="24" choices={OVERLAPS} />
          <button type="submit" class="btn sm">
            Replace<span class="vh"> {token.name}</span>
          </button>
        </form>
      ) : (
        <span class="tag">replaced</span>
      )}
      <a class="btn sm" href={`/account/tokens/${token.id}/revocation`}>
        Revoke…<span class="vh"> {token.name}</span>
      </a>
    </div>
  )
}
