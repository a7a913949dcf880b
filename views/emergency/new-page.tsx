import type { Check } from '../../src/core/emergency/checks.ts'
import type { JudgedCandidate } from '../../src/core/emergency/rollback-target.ts'
import type { Strategy, Suggestion } from '../../src/core/emergency/suggestion.ts'
import type { Emergency } from '../../src/store/emergency/emergencies.ts'
import type { LinkableDefect } from '../../src/store/emergency/emergency-facts.ts'
import { confidenceOf, SeverityBadge } from '../components/badges.tsx'
import {
  CsrfField,
  Field,
  FormErrors,
  type FormProblems,
  noProblems,
  Pick,
  ScopeForm,
  TextArea,
} from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { Facts, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { counted, middleCut } from '../format.ts'
import { emergencyPath, withQuery } from '../paths.ts'
import { CheckList } from './parts.tsx'

export interface NewEmergencyProps {
  readonly services: readonly string[]
  readonly environments: readonly string[]
  readonly service: string | undefined
  readonly environment: string | undefined
  /** Everything but the choice of the place; undefined until that is made. */
  readonly draft: EmergencyDraft | undefined
  readonly problems?: FormProblems
  readonly mayOpen: boolean
  readonly csrfToken: string
  /** One for this very form: pressing twice opens it once. */
  readonly formKey: string
}

export interface EmergencyDraft {
  readonly alreadyOpen: Emergency | undefined
  readonly live: string | undefined
  readonly suggestion: Suggestion
  readonly strategy: Strategy
  readonly version: string
  readonly ref: string
  readonly reason: string
  /** That may be rolled back to: the suggested one first, then the last live first. */
  readonly candidates: readonly JudgedCandidate[]
  readonly checks: readonly Check[]
  readonly defects: readonly LinkableDefect[]
  readonly linked: ReadonlySet<number>
  readonly approval: string
  readonly target: string | undefined
  /** Where one came from. */
  readonly from: { readonly text: string; readonly href: string } | undefined
  /** How to see the same page with another choice. */
  readonly query: Readonly<Record<string, string | undefined>>
}

/** What exactly will happen, before it is opened. Nothing here reaches CI. */
export function NewEmergencyPage(props: NewEmergencyProps) {
  const { draft, services, environments, service, environment, mayOpen, problems = noProblems } = props
  return (
    <>
      <PageHead
        title="Open an emergency release"
        sub={
          draft?.from ? (
            <span>
              Filled in from <a href={draft.from.href}>{draft.from.text}</a>. Nothing is sent to CI on this page.
            </span>
          ) : (
            'Nothing is sent to CI on this page.'
          )
        }
      />
      <FormErrors problems={problems} />
      {mayOpen ? null : <Note>Engineers, release managers and admins open emergency releases; you may look.</Note>}
      <ScopeForm action="/emergency/new" label="Place">
        <Pick
          name="service"
          label="Service"
          value={service ?? ''}
          choices={[{ value: '', text: 'Choose…' }, ...services.map((name) => ({ value: name, text: name }))]}
        />
        <Pick
          name="environment"
          label="Environment"
          value={environment ?? ''}
          choices={[{ value: '', text: 'Choose…' }, ...environments.map((name) => ({ value: name, text: name }))]}
        />
        {draft?.query.defect ? <input type="hidden" name="defect" value={draft.query.defect} /> : null}
      </ScopeForm>
      {draft === undefined ? (
        <Note>Choose the service and the environment first.</Note>
      ) : draft.alreadyOpen ? (
        <Note tone="watch">
          ER-{draft.alreadyOpen.id} is already open for {service} in {environment}.{' '}
          <a href={emergencyPath(draft.alreadyOpen.id)}>Join it</a>
        </Note>
      ) : (
        <DraftForm {...props} draft={draft} />
      )}
    </>
  )
}

function DraftForm({
  draft,
  service,
  environment,
  mayOpen,
  problems = noProblems,
  csrfToken,
  formKey,
}: NewEmergencyProps & { readonly draft: EmergencyDraft }) {
  const { strategy, candidates, checks, live, version } = draft
  const block = checks.find(({ result }) => result === 'blocks')
  // The version of a fix is typed into this very form.
  const isChosen = version !== '' || strategy === 'hotfix'
  const count = (result: Check['result']) => checks.filter((check) => check.result === result).length
  const other = (more: Record<string, string | undefined>) => withQuery('/emergency/new', { ...draft.query, ...more })
  const chosen = candidates.find((one) => one.version === version)
  return (
    <form id="open" class="grid g-21 em-form" method="post" action="/emergency/new" hx-boost="false">
      <CsrfField token={csrfToken} />
      <input type="hidden" name="key" value={formKey} />
      <input type="hidden" name="service" value={service} />
      <input type="hidden" name="environment" value={environment} />
      <input type="hidden" name="strategy" value={strategy} />
      <div class="stack">
        <Panel id="what" title="What do you need?" pad>
          <p class="t2 fs13 mb8">{draft.suggestion.because}</p>
          <div class="cards">
            <a
              class={strategy === 'rollback' ? 'card on' : 'card'}
              href={other({ kind: 'rollback', version: undefined })}
              {...(strategy === 'rollback' ? { 'aria-current': 'true' } : {})}
            >
              <Icon name="rollback" />
              <span>
                <b>Roll back{chosen && strategy === 'rollback' ? ` to ${middleCut(chosen.version, 20)}` : ''}</b>
                <small>Deploys a version that already ran.</small>
              </span>
            </a>
            <a
              class={strategy === 'hotfix' ? 'card on' : 'card'}
              href={other({ kind: 'hotfix', version: undefined })}
              {...(strategy === 'hotfix' ? { 'aria-current': 'true' } : {})}
            >
              <Icon name="branch" />
              <span>
                <b>Hotfix{live ? ` on top of ${middleCut(live, 20)}` : ''}</b>
                <small>Builds and deploys a fix branch.</small>
              </span>
            </a>
          </div>
          {strategy === 'rollback' ? (
            <fieldset class="fs cands">
              <legend>Roll back to</legend>
              {candidates.length === 0 ? <p class="t2">Nothing else ran there before.</p> : null}
              {candidates.map((one) => (
                <div class="cand">
                  {one.standing === 'bad' ? (
                    <span class="check">
                      <span class="bad-text">
                        <Icon name="cross-ring" />
                      </span>
                      <span>
                        <b>{one.version}</b> <span class="t2">{one.because}</span>
                      </span>
                    </span>
                  ) : (
                    <a
                      class="check"
                      href={other({ kind: 'rollback', version: one.version })}
                      {...(one.version === version ? { 'aria-current': 'true' } : {})}
                    >
                      <Icon name={one.version === version ? 'check-solid' : 'ring'} />
                      <span>
                        <b>{one.version}</b> <span class="t2">{one.because}</span>
                      </span>
                    </a>
                  )}
                </div>
              ))}
              <input type="hidden" name="version" value={version} />
            </fieldset>
          ) : (
            <div class="f2 mt16">
              <Field
                name="version"
                label="Version of the fix"
                value={version}
                problems={problems}
                input={{ required: true, maxlength: 200, autocomplete: 'off' }}
              />
              <Field
                name="ref"
                label="Branch or tag"
                optional
                value={draft.ref}
                input={{ maxlength: 300, autocomplete: 'off' }}
              />
            </div>
          )}
          <TextArea
            name="reason"
            label="Reason"
            rows={2}
            value={draft.reason}
            hint="Goes into the timeline and to CI."
            problems={problems}
            input={{ required: true, maxlength: 2000 }}
          />
        </Panel>
        <Panel
          id="checks"
          title="Checks"
          hint={version === '' ? undefined : 'run just now'}
          end={
            <a class="btn sm" href={other({})}>
              Run again
            </a>
          }
          pad
        >
          {version === '' ? (
            <p class="t2">They are run when it is opened, with its version.</p>
          ) : (
            <CheckList checks={checks} />
          )}
        </Panel>
        <Panel
          id="defects"
          title="Defects this should stop"
          hint={`${draft.linked.size} of ${draft.defects.length} selected`}
        >
          {draft.defects.length === 0 ? <p class="pn-b t2">No defect of this place is open.</p> : null}
          <ul class="pickl">
            {draft.defects.map((defect) => (
              <li>
                <label>
                  <input
                    type="checkbox"
                    name="defects"
                    value={String(defect.id)}
                    {...(draft.linked.has(defect.id) ? { checked: true } : {})}
                  />
                  <SeverityBadge severity={defect.severity} />
                  <span class="ell">{defect.title}</span>
                  <span class="t3 nw">PF-{defect.id}</span>
                  <span class="t3 nw cf">
                    {defect.suspectVersion === live && defect.probability !== undefined
                      ? confidenceOf(defect.probability)
                      : ''}
                  </span>
                </label>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <aside class="stack sumcol" aria-label="Summary">
        <section class="panel sum">
          <div class="pn-b">
            <p class="ey">You are opening</p>
            <h2 class="mv">
              <span title={live}>{live ? middleCut(live, 20) : 'nothing known'}</span>
              <Icon name={strategy === 'rollback' ? 'rollback' : 'deploy'} label="to" />
              <span title={version}>{version ? middleCut(version, 20) : 'a version'}</span>
            </h2>
            <p class="t2 fs13">
              {service} in {environment}
            </p>
            <Facts
              facts={[
                ['Defects', `${counted(draft.linked.size, 'defect')} linked`],
                ['Checks', `${count('pass')} passed, ${count('read')} to read`],
                ['CI', draft.target ?? 'None: by hand'],
                ['Approval', draft.approval],
              ]}
            />
            {!mayOpen ? null : block || !isChosen ? (
              <button type="button" class="btn lg full" aria-disabled="true">
                {block ? block.title : 'Choose a version'}
              </button>
            ) : (
              <button type="submit" class="btn dng lg full open-btn">
                Open emergency release
              </button>
            )}
            {draft.from ? (
              <a class="btn ghost full" href={draft.from.href}>
                Back to {draft.from.text}
              </a>
            ) : null}
            <p class="fs12 t3 mt8">
              Next it is approved, and only then something starts. Pressing twice opens it once.
            </p>
          </div>
        </section>
      </aside>
      {!mayOpen || block || !isChosen ? null : (
        <section class="sticky-act firing" aria-label="Actions">
          <button type="submit" class="btn dng">
            Open emergency release
          </button>
        </section>
      )}
    </form>
  )
}
