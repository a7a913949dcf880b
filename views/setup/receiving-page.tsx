import type { Refusal } from '../../src/core/inbound/refusal.ts'
import type { ReceivedDelivery } from '../../src/store/inbox/deliveries-queries.ts'
import { DeliveryStateBadge } from '../components/badges.tsx'
import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { formatCount } from '../format.ts'
import { deliveryPath, namesPath, receivingPath, withQuery } from '../paths.ts'
import { refusalReason, WhatToDo } from './refusal-words.tsx'

interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface ReceivingPageProps {
  readonly source: { readonly slug: string; readonly name: string }
  /** What reports by it, where the sender does not say; undefined: it does. */
  readonly service: string | undefined
  /** It has an address of its own and a secret; the built-in one has neither. */
  readonly isHook: boolean
  /** The last first. */
  readonly refusals: readonly Refusal[]
  /** When the secret in force was made. */
  readonly secretOf: number | undefined
  /** What it may send; undefined: what the configuration says. */
  readonly rate: Rate | undefined
  readonly standard: Rate
  readonly typed: {
    readonly perSecond?: string | undefined
    readonly burst?: string | undefined
    readonly service?: string | undefined
  }
  readonly problems: FormProblems
  /** The test that was just sent. */
  readonly test: ReceivedDelivery | undefined
  readonly isAdmin: boolean
  readonly csrfToken: string
  readonly now: number
}

/** What one source may send, whether the way from it works, and what of it was refused. */
export function ReceivingPage(props: ReceivingPageProps) {
  const { source, isHook } = props
  return (
    <>
      <PageHead
        title={`Receiving from ${source.name}`}
        sub={
          <span>
            What it may send, and what was refused ({source.slug}).{' '}
            <a href={withQuery('/deliveries', { source: source.slug })}>Its deliveries</a>,{' '}
            <a href={namesPath(source.slug)}>its names</a>
          </span>
        }
      />
      {isHook ? (
        <div class="stack">
          <TestPanel {...props} />
          <RefusalsPanel {...props} />
          <RatePanel {...props} problems={ofFields(props.problems, 'perSecond', 'burst')} />
          {props.service !== undefined ? (
            <ServicePanel {...props} problems={ofFields(props.problems, 'service')} />
          ) : null}
        </div>
      ) : (
        <Note>
          This source has no address of its own: what comes by API tokens, imports and forms is kept under it. It is
          neither refused by signature nor limited.
        </Note>
      )}
    </>
  )
}

/** Each form of the page tells its own. */
const ofFields = ({ fields }: FormProblems, ...names: readonly string[]): FormProblems => ({
  fields: Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))),
})

function TestPanel({ source, test, isAdmin, csrfToken, now }: ReceivingPageProps) {
  return (
    <Panel id="test" title="Send a test" pad>
      {test ? (
        <div class="mb8">
          <Note tone={test.state === 'failed' ? 'bad' : 'ok'} role="status">
            <DeliveryStateBadge state={test.state} /> The test of <Time at={test.receivedAt} now={now} /> is{' '}
            <a href={deliveryPath(test.id)}>delivery {test.id}</a>
            {test.state === 'accepted' ? '; it is being processed.' : '.'}
          </Note>
        </div>
      ) : null}
      <p class="t2 fs13">
        A delivery as this sender would make it, signed with the secret in force and taken in as any other: stored,
        answered and read. It is marked as a test and changes no release, defect or number. It does not show that the
        sender has the right secret.
      </p>
      {isAdmin ? (
        <form method="post" action={`${receivingPath(source.slug)}/test`} class="mt8" hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <button type="submit" class="btn">
            <Icon name="inbox" />
            Send a test
          </button>
        </form>
      ) : null}
    </Panel>
  )
}

function RefusalsPanel({ refusals, secretOf, now }: ReceivingPageProps) {
  return (
    <Panel
      id="refusals"
      title="Refused"
      hint="Nothing of these was stored; the last 20 addresses and reasons are known"
    >
      {refusals.length === 0 ? (
        <Empty icon="check-ring">No request to its address was refused.</Empty>
      ) : (
        <TableBox label="Refused">
          <table class="t">
            <caption>Requests to its address that were refused, the last first</caption>
            <thead>
              <tr>
                <th scope="col">Last</th>
                <th scope="col">From</th>
                <th scope="col" class="num">
                  Times
                </th>
                <th scope="col">Why, and what to do</th>
              </tr>
            </thead>
            <tbody>
              {refusals.map((refusal) => (
                <tr>
                  <td class="nw">
                    <Time at={refusal.lastAt} now={now} /> <Age at={refusal.lastAt} now={now} />
                  </td>
                  <td class="nw">
                    <code>{refusal.address}</code>
                  </td>
                  <td class="num">
                    {formatCount(refusal.times)}
                    <span class="m-only-inline t3 fs12"> {refusal.times === 1 ? 'time' : 'times'}</span>
                  </td>
                  <td class="wrap m-full">
                    {sentence(refusalReason[refusal.reason])}{' '}
                    <span class="t2">
                      <WhatToDo reason={refusal.reason} secretOf={secretOf} now={now} />
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Panel>
  )
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function RatePanel({ source, rate, standard, typed, problems, isAdmin, csrfToken }: ReceivingPageProps) {
  return (
    <Panel id="rate" title="How much it may send" pad>
      <p class="t2 fs13">
        {rateSentence(rate ?? standard)} {rate ? 'Set here.' : 'As the configuration says.'} Beyond that it is told to
        come back later (503), and nothing is kept.
      </p>
      {isAdmin ? (
        <form method="post" action={`${receivingPath(source.slug)}/rate`} class="mt8" hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <FormErrors problems={problems} />
          <Field
            name="perSecond"
            label="Deliveries a second"
            hint={`Empty: as the configuration says (${formatCount(standard.perSecond)}). 0: no limit.`}
            optional
            value={typed.perSecond ?? (rate ? String(rate.perSecond) : '')}
            problems={problems}
            input={{ inputmode: 'numeric', autocomplete: 'off' }}
          />
          <Field
            name="burst"
            label="At once, after a pause"
            hint={`Empty: as the configuration says (${formatCount(standard.burst)}).`}
            optional
            value={typed.burst ?? (rate ? String(rate.burst) : '')}
            problems={problems}
            input={{ inputmode: 'numeric', autocomplete: 'off' }}
          />
          <div class="form-foot">
            <button type="submit" class="btn">
              Save what {source.slug} may send
            </button>
          </div>
        </form>
      ) : null}
    </Panel>
  )
}

function ServicePanel({ source, service, typed, problems, isAdmin, csrfToken }: ReceivingPageProps) {
  return (
    <Panel id="service" title="What reports by it" pad>
      <p class="t2 fs13">
        The service {service}. Another one holds for what comes in from then on, and a defect that is seen again goes
        with it. What was received keeps its service until it is replayed: one by one, or all of it under{' '}
        <a href={namesPath(source.slug)}>its names</a>, where this is a rule.
      </p>
      {isAdmin ? (
        <form method="post" action={`${receivingPath(source.slug)}/service`} class="mt8" hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <FormErrors problems={problems} />
          <Field
            name="service"
            label="Service"
            hint="As your deployments call it: acme/checkout. Empty: the name it was made with."
            optional
            value={typed.service ?? service ?? ''}
            problems={problems}
            input={{ maxlength: 200, autocomplete: 'off' }}
          />
          <div class="form-foot">
            <button type="submit" class="btn">
              Save what reports by {source.slug}
            </button>
          </div>
        </form>
      ) : null}
    </Panel>
  )
}

const rateSentence = ({ perSecond, burst }: Rate): string =>
  perSecond === 0
    ? 'As much as it likes.'
    : `${formatCount(perSecond)} deliveries a second in the long run, ${formatCount(burst)} at once after a pause.`
