import type { PruneCounts, Pruned, PruningRecord } from '../../src/core/inbound/pruning.ts'
import {
  LIMITS,
  type Limit,
  MOST_DAYS,
  NAMES_KEPT_DAYS,
  REFUSALS_KEPT_DAYS,
  type Retention,
  type RetentionSetting,
} from '../../src/core/inbound/retention.ts'
import { ConfirmForm } from '../components/confirm-page.tsx'
import { CsrfField, Field, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Facts, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Time, TimeAndAge } from '../components/time.tsx'
import { counted, formatCount } from '../format.ts'

/** As typed, in days; empty: as configured. */
export type RetentionValues = Readonly<Record<Limit, string>>

interface RetentionPageProps {
  readonly configured: Retention
  readonly found: RetentionSetting & { readonly retention: Retention }
  /** All that may ever be let go of, and what is old enough now; undefined: not counted. */
  readonly counts: { readonly all: PruneCounts; readonly old: PruneCounts } | undefined
  readonly pruned: PruningRecord
  readonly values: RetentionValues
  /** Of the form that was refused. */
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

interface LimitWords {
  readonly label: string
  readonly setting: string
  readonly of: readonly Pruned[]
}

const WORDS: Readonly<Record<Limit, LimitWords>> = {
  bodiesDays: {
    label: 'Bodies of deliveries, single sessions',
    setting: 'KEEP_BODIES_DAYS',
    of: ['bodies', 'counted_sessions'],
  },
  failedDays: { label: 'Bodies of failed deliveries', setting: 'KEEP_FAILED_DAYS', of: ['failed_bodies'] },
  deliveriesDays: { label: 'Deliveries', setting: 'KEEP_DELIVERIES_DAYS', of: ['deliveries'] },
  notificationsDays: {
    label: 'Messages to people, what rules held back',
    setting: 'KEEP_NOTIFICATIONS_DAYS',
    of: ['notifications', 'held_firings'],
  },
  reportsDays: { label: 'Reports, with the links to them', setting: 'KEEP_REPORTS_DAYS', of: ['reports'] },
}

export const limitLabel = (limit: Limit): string => WORDS[limit].label

const sum = (counts: PruneCounts, of: readonly Pruned[]): number => of.reduce((n, what) => n + counts[what], 0)
const days = (n: number): string => counted(n, 'day')
const howLong = (n: number): string => (n >= MOST_DAYS ? 'for good' : days(n))

export const RetentionPage = (props: RetentionPageProps) => (
  <>
    <PageHead
      title="Retention"
      sub={
        <span>
          How long what came in is kept. Releases, defects and numbers never rest on it, and are kept for good.
        </span>
      }
    />
    <FormErrors problems={props.problems} />
    <div class="stack">
      <Kept {...props} />
      <Last {...props} />
      <Limits {...props} />
    </div>
  </>
)

const Kept = ({ found, configured, counts, now }: RetentionPageProps) => (
  <Panel
    id="kept"
    title="What is kept"
    end={
      counts ? null : (
        <a class="btn sm" href="/admin/retention?count=1">
          Count<span class="vh"> what there is</span>
        </a>
      )
    }
    foot={
      <span>
        {`Not to be set: names that no rule matched, ${days(NAMES_KEPT_DAYS)}; who was refused, ${days(REFUSALS_KEPT_DAYS)}; failed sign-ins, a day.`}
      </span>
    }
  >
    <TableBox label="What is kept">
      <table class="t">
        <caption class="vh">What is kept how long, and who says so</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Kept for</th>
            <th scope="col">Says who</th>
            {counts ? (
              <>
                <th scope="col" class="num">
                  There are
                </th>
                <th scope="col" class="num">
                  Older now
                </th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {LIMITS.map((limit) => (
            <tr>
              <td class="ttl m-full">{WORDS[limit].label}</td>
              <td class="m-full nw">{howLong(found.retention[limit])}</td>
              <td class="m-full">
                <SaysWho limit={limit} found={found} configured={configured} now={now} />
              </td>
              {counts ? <Counted counts={counts} of={WORDS[limit].of} /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  </Panel>
)

interface CountedProps {
  readonly counts: NonNullable<RetentionPageProps['counts']>
  readonly of: readonly Pruned[]
}

const Counted = ({ counts, of }: CountedProps) => (
  <>
    <td class="num m-full">
      <span class="m-only-inline t3">There are: </span>
      {formatCount(sum(counts.all, of))}
    </td>
    <td class="num m-full">
      <span class="m-only-inline t3">Older now: </span>
      {formatCount(sum(counts.old, of))}
    </td>
  </>
)

/** What holds, and whether it was set here. */
const SaysWho = ({
  limit,
  found,
  configured,
  now,
}: Pick<RetentionPageProps, 'found' | 'configured' | 'now'> & { readonly limit: Limit }) => {
  const set = found.set[limit]
  if (found.retention[limit] !== (set ?? configured[limit])) return <>the bodies, which are kept as long</>
  if (set === undefined)
    return (
      <>
        the configuration, <code>{WORDS[limit].setting}</code>
      </>
    )
  return (
    <>
      {found.by}
      {found.at === undefined ? null : (
        <>
          , <Time at={found.at} now={now} />
        </>
      )}
    </>
  )
}

const Last = ({ pruned, now }: RetentionPageProps) => (
  <Panel id="last" title="Let go of last" hint="Every night at 03:00 UTC" pad>
    {pruned.at === undefined ? (
      <p>Not yet.</p>
    ) : (
      <Facts
        facts={[
          ['When', <TimeAndAge at={pruned.at} now={now} />],
          ...LIMITS.map(
            (limit) =>
              [
                WORDS[limit].label,
                pruned.counts ? formatCount(sum(pruned.counts, WORDS[limit].of)) : undefined,
              ] as const,
          ),
          ['All of it', <a href="/admin/audit?subject=retention">in the audit log</a>],
        ]}
      />
    )}
    {pruned.claimedAt === undefined ? null : <p>Being let go of now.</p>}
  </Panel>
)

const Limits = ({ configured, values, problems, csrfToken }: RetentionPageProps) => (
  <Panel id="limits" title="Set here" hint="In days; empty: as configured" pad>
    <form class="narrow" method="post" action="/admin/retention" novalidate hx-boost="false">
      <CsrfField token={csrfToken} />
      {LIMITS.map((limit) => (
        <Field
          name={limit}
          label={WORDS[limit].label}
          optional
          hint={`${WORDS[limit].setting} is ${days(configured[limit])}${configured[limit] >= MOST_DAYS ? ': for good' : ''}.`}
          value={values[limit]}
          problems={problems}
          input={{ inputmode: 'numeric', maxlength: 6, autocomplete: 'off' }}
        />
      ))}
      <div class="form-foot">
        <button type="submit" class="btn pri">
          Save<span class="vh"> how long things are kept</span>
        </button>
      </div>
    </form>
  </Panel>
)

interface ShorterPageProps {
  readonly before: Retention
  readonly after: Retention
  /** How much is old enough by either. */
  readonly goes: { readonly before: PruneCounts; readonly after: PruneCounts }
  readonly values: RetentionValues
  readonly csrfToken: string
}

/** What shorter limits would take, before they are set. */
export const ShorterPage = ({ before, after, goes, values, csrfToken }: ShorterPageProps) => (
  <>
    <PageHead title="Keep less?" sub={<span>Nothing was changed yet.</span>} />
    <div class="gap">
      <Note tone="watch">What is older goes in the night after these are set, and does not come back.</Note>
    </div>
    <Panel id="goes" title="What would go">
      <TableBox label="What would go">
        <table class="t">
          <caption class="vh">What would be let go of, by each limit</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Kept for</th>
              <th scope="col" class="num">
                Goes anyway
              </th>
              <th scope="col" class="num">
                Would go
              </th>
            </tr>
          </thead>
          <tbody>
            {LIMITS.map((limit) => (
              <tr>
                <td class="ttl m-full">{WORDS[limit].label}</td>
                <td class="m-full nw">
                  {before[limit] === after[limit]
                    ? `${howLong(after[limit])}, as now`
                    : `${howLong(after[limit])} instead of ${before[limit] >= MOST_DAYS ? 'for good' : formatCount(before[limit])}`}
                </td>
                <td class="num m-full">
                  <span class="m-only-inline t3">Goes anyway: </span>
                  {formatCount(sum(goes.before, WORDS[limit].of))}
                </td>
                <td class="num m-full">
                  <span class="m-only-inline t3">Would go: </span>
                  {formatCount(sum(goes.after, WORDS[limit].of))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Panel>
    <ConfirmForm
      action="/admin/retention"
      fields={LIMITS.map((limit) => [limit, values[limit]] as const)}
      button="Keep less"
      danger
      back="/admin/retention"
      cancel="Leave it"
      csrfToken={csrfToken}
    />
  </>
)
