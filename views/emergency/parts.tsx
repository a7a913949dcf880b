import type { Child } from 'hono/jsx'
import type { Check } from '../../src/core/emergency/checks.ts'
import type { EmergencyState } from '../../src/core/emergency/transitions.ts'
import { stateWord } from '../../src/core/emergency/words.ts'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon, type IconName } from '../components/icon.tsx'

const STATE_LOOKS: Record<EmergencyState, { icon: IconName; tone: string }> = {
  requested: { icon: 'ring-dashed', tone: 'watch' },
  approved: { icon: 'ring-quarter', tone: 'acc' },
  building: { icon: 'ring-half', tone: 'acc' },
  deploying: { icon: 'ring-half', tone: 'acc' },
  verifying: { icon: 'eye', tone: 'watch' },
  closed: { icon: 'check-solid', tone: 'ok' },
  cancelled: { icon: 'ring-slash', tone: 'na' },
  failed: { icon: 'cross-ring', tone: 'bad' },
}

export function EmergencyStateBadge({ state }: { state: EmergencyState }) {
  const { icon, tone } = STATE_LOOKS[state]
  return (
    <span class={`vd ${tone}`}>
      <Icon name={icon} />
      {stateWord[state]}
    </span>
  )
}

const CHECK_LOOKS = {
  pass: { icon: 'check-ring', tone: 'ok', said: 'Passed' },
  read: { icon: 'warning', tone: 'watch', said: 'Read this' },
  blocks: { icon: 'cross-ring', tone: 'bad', said: 'Blocks' },
  waiting: { icon: 'ring-half', tone: 'watch', said: 'Waiting' },
  fail: { icon: 'cross-ring', tone: 'bad', said: 'Failed' },
} as const satisfies Record<string, { icon: IconName; tone: string; said: string }>

/** One line of a list of checks. */
export function CheckLine({
  result,
  title,
  detail,
  children,
}: {
  result: keyof typeof CHECK_LOOKS
  title: string
  detail?: string | undefined
  children?: Child
}) {
  const { icon, tone, said } = CHECK_LOOKS[result]
  return (
    <li>
      <span class={tone}>
        <Icon name={icon} />
      </span>
      <div>
        <span class="vh">{said}: </span>
        {title}
        {detail ? <p>{detail}</p> : null}
      </div>
      {children}
    </li>
  )
}

export const CheckList = ({ checks }: { checks: readonly Check[] }) => (
  <ul class="chk">
    {checks.map(({ result, title, detail }) => (
      <CheckLine result={result} title={title} detail={detail} />
    ))}
  </ul>
)

/** What every form of an emergency release carries: whose session, which step it has seen, and that it is this one form. */
export interface StepForm {
  readonly csrfToken: string
  readonly step: number
  readonly key: string
}

export const StepFields = ({ form, name }: { form: StepForm; name: string }) => (
  <>
    <CsrfField token={form.csrfToken} />
    <input type="hidden" name="step" value={String(form.step)} />
    <input type="hidden" name="key" value={`${form.key}:${name}`} />
  </>
)

/** What it does, as its title and its button say: `Roll back production to 4.17.3`. */
export const actSentence = (one: {
  readonly strategy: 'rollback' | 'hotfix'
  readonly environment: string
  readonly targetVersion: string
}): string =>
  one.strategy === 'rollback'
    ? `Roll back ${one.environment} to ${one.targetVersion}`
    : `Deploy hotfix ${one.targetVersion} to ${one.environment}`
