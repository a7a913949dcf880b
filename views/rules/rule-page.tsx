import type { DryRunOfRule } from '../../src/core/rules/dry-run.ts'
import type { Reason } from '../../src/core/rules/judge-rule.ts'
import type { Occurrence } from '../../src/core/rules/rule.ts'
import type { AskedFirings, RuleFiring } from '../../src/store/rules/rule-firings.ts'
import type { RuleRow } from '../../src/store/rules/rules.ts'
import { FormErrors } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Empty, Note, PageHead, Pager, Panel, Segments } from '../components/page-parts.tsx'
import { Time, TimeAndAge } from '../components/time.tsx'
import { formatCount } from '../format.ts'
import { defectPath, emergencyPath, firingsPath, releasePath } from '../paths.ts'
import { MuteForm, RuleState } from './list-page.tsx'
import { RuleForm, type RuleFormProps } from './rule-form.tsx'

export interface RulePageProps extends RuleFormProps {
  /** Undefined: it is not saved yet. */
  readonly row: RuleRow | undefined
  /** Of what is in the form; undefined: it cannot be read. */
  readonly sentence: string | undefined
  readonly dryRun: DryRunOfRule | undefined
  readonly days: number
  readonly tried: boolean
  readonly firings: readonly RuleFiring[]
  /** Which of them. */
  readonly asked: AskedFirings
  readonly older: string | undefined
  /** Such as `1–20 of 81`. */
  readonly summary: string
  readonly mayEdit: boolean
  readonly now: number
}

/** One rule: its sentence, what it would have done, what it did, and its form. */
export function RulePage(props: RulePageProps) {
  const { row, sentence, problems, tried, mayEdit, csrfToken, now } = props
  const isMuted = row?.mutedUntil !== undefined && row.mutedUntil > now
  return (
    <>
      <PageHead
        title={row?.name ?? 'New rule'}
        eyebrow={row ? <RuleState isOn={row.isOn} isMuted={isMuted} /> : undefined}
        sub={
          row ? (
            <span>
              Saved by {row.savedName} {row.savedAt > 0 ? <TimeAndAge at={row.savedAt} now={now} /> : null}
            </span>
          ) : undefined
        }
        actions={
          row && mayEdit ? (
            <>
              {row.isOn ? <MuteForm row={row} isMuted={isMuted} csrfToken={csrfToken} /> : null}
              <a class="btn" href={`/rules/${row.id}/removal`} aria-label={`Remove… ${row.name}`}>
                <Icon name="remove" />
                Remove…
              </a>
            </>
          ) : undefined
        }
      />
      <FormErrors problems={problems} />
      {tried && Object.keys(problems.fields).length === 0 ? (
        <Note role="status">Tried on the past, not saved.</Note>
      ) : null}
      {sentence ? (
        <Panel id="sentence" title="What it says" pad>
          <p class="rul-said">{sentence}</p>
          <p class="t2 fs13">
            Who is on call stands under <a href="/on-call">On call</a>.
          </p>
        </Panel>
      ) : null}
      <div class="grid g-21 mt16">
        <div class="stack">
          {mayEdit ? (
            <Panel id="edit" title={row ? 'Change it' : 'Its parts'} pad>
              <RuleForm {...props} />
            </Panel>
          ) : null}
          {row ? <Firings {...props} /> : null}
        </div>
        <div class="stack">
          <DryRunPanel {...props} />
        </div>
      </div>
    </>
  )
}

function DryRunPanel({ dryRun, days, now }: RulePageProps) {
  if (!dryRun) return null
  const { fired, capped, nearly, lookedBackTo } = dryRun
  const times = fired.length === 1 ? 'once' : `${formatCount(fired.length)} times`
  return (
    <Panel id="dry-run" title="Dry run" hint={`last ${days} days, by what is known today`}>
      <div class="pn-b">
        <p>{fired.length === 0 ? <b>Would not have fired.</b> : <b>Would have fired {times}:</b>}</p>
        {lookedBackTo === undefined ? null : (
          <p class="t2 fs13">
            There is more than could be looked at; this goes back to <Time at={lookedBackTo} now={now} />.
          </p>
        )}
      </div>
      <Would those={fired.slice(-SHOWN)} now={now} />
      {fired.length > SHOWN ? (
        <details class="rul-more pn-b">
          <summary>{formatCount(fired.length - SHOWN)} before these</summary>
          <Would those={fired.slice(0, -SHOWN)} now={now} />
        </details>
      ) : null}
      {capped.length > 0 ? (
        <details class="rul-more pn-b">
          <summary>The daily cap would have held back {formatCount(capped.length)} more</summary>
          <Would those={capped} now={now} />
        </details>
      ) : null}
      {nearly.length > 0 ? (
        <details class="rul-more pn-b">
          <summary>What came within one condition</summary>
          <ol class="rul-fires rul-tight">
            {nearly.toReversed().map(({ occurrence, judgement, what }) => (
              <li>
                <Time at={occurrence.at} now={now} />
                <div>
                  <OccurrenceLink occurrence={occurrence}>{what}</OccurrenceLink>
                  <Reasons reasons={judgement.reasons.filter(({ holds }) => !holds)} />
                </div>
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </Panel>
  )
}

const SHOWN = 20

/** The newest first. */
const Would = ({ those, now }: { those: DryRunOfRule['fired']; now: number }) => (
  <ol class="rul-fires rul-tight">
    {those.toReversed().map(({ occurrence, judgement, what }) => (
      <li>
        <Time at={occurrence.at} now={now} />
        <div>
          <OccurrenceLink occurrence={occurrence}>{what}</OccurrenceLink>
          <details>
            <summary class="fs13">Why</summary>
            <Reasons reasons={judgement.reasons} />
          </details>
        </div>
      </li>
    ))}
  </ol>
)

function OccurrenceLink({ occurrence, children }: { occurrence: Occurrence; children: string }) {
  const { defect, release, service } = occurrence
  const href = defect ? defectPath(defect.id) : release ? releasePath(service.name, release.version) : undefined
  return href ? (
    <a class="lnk wrap" href={href}>
      {children}
    </a>
  ) : (
    <span class="wrap">{children}</span>
  )
}

function Reasons({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <ul class="rul-why">
      {reasons.map(({ holds, sentence }) => (
        <li class={holds ? '' : 'no'}>
          <Icon name={holds ? 'check' : 'close'} small />
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  )
}

const OUTCOMES = { fired: 'Fired', muted: 'Held back: muted', capped: 'Held back: daily cap' } as const

function Firings({ row, firings, asked, older, summary, now }: RulePageProps) {
  const { outcome, since } = asked
  const link = (of: { readonly outcome?: string | undefined; readonly since?: number | undefined }) =>
    `${firingsPath(row?.id as number, { outcome, since, ...of })}#firings`
  return (
    <Panel
      id="firings"
      title="What it did"
      hint={
        <Segments
          label="Which of it"
          tabs={[
            { text: 'All', href: link({ outcome: undefined }), current: outcome === undefined },
            { text: 'Fired', href: link({ outcome: 'fired' }), current: outcome === 'fired' },
            { text: 'Held back', href: link({ outcome: 'held' }), current: outcome === 'held' },
          ]}
        />
      }
    >
      {since === undefined ? null : (
        <p class="pn-b t2 fs13">
          After <Time at={since} now={now} />. <a href={link({ since: undefined })}>Show what was before too</a>
        </p>
      )}
      {firings.length === 0 ? (
        <Empty icon="info">{outcome === undefined && since === undefined ? 'Nothing yet.' : 'Nothing of that.'}</Empty>
      ) : (
        <ol class="rul-fires">
          {firings.map((firing) => (
            <li>
              <Time at={firing.at} now={now} />
              <div>
                <p>
                  <b>{OUTCOMES[firing.outcome]}.</b>{' '}
                  {firing.defectId !== undefined ? (
                    <a class="lnk wrap" href={defectPath(firing.defectId)}>
                      {firing.what}
                    </a>
                  ) : firing.service && firing.version ? (
                    <a class="lnk wrap" href={releasePath(firing.service, firing.version)}>
                      {firing.what}
                    </a>
                  ) : (
                    <span class="wrap">{firing.what}</span>
                  )}
                </p>
                {firing.done.map((sentence) => (
                  <p class="t2 fs13">{sentence}</p>
                ))}
                {firing.emergencyId === undefined ? null : (
                  <p class="fs13">
                    <a class="lnk" href={emergencyPath(firing.emergencyId)}>
                      ER-{firing.emergencyId}
                    </a>
                  </p>
                )}
                <details>
                  <summary class="fs13">Why</summary>
                  <Reasons reasons={firing.reasons} />
                </details>
              </div>
            </li>
          ))}
        </ol>
      )}
      <Pager older={older} summary={summary} />
    </Panel>
  )
}
