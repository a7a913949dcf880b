import type { EmergencyAction, EmergencyState } from './transitions.ts'

/** A step as far as its sentence needs it; store/emergency/emergencies.ts EmergencyStep. */
interface ToldStep {
  readonly action: 'open' | EmergencyAction
  readonly actor: { readonly name: string } | undefined
  readonly detail: {
    readonly reason?: string | undefined
    readonly by?: string | undefined
    readonly version?: string | undefined
    readonly approvedAs?: string | undefined
    readonly key?: string | undefined
    readonly text?: string | undefined
    readonly tick?: string | undefined
    readonly defects?: readonly number[] | undefined
  }
}

export const stateWord: Record<EmergencyState, string> = {
  requested: 'Waiting for approval',
  approved: 'Approved',
  building: 'Building',
  deploying: 'Deploying',
  verifying: 'Deployed',
  closed: 'Closed',
  cancelled: 'Cancelled',
  failed: 'Failed',
}

const APPROVED_AS: Readonly<Record<string, string>> = {
  'second-person': '',
  'own-request': ', own request',
  'own-request-while-s1-open': ', own request, allowed while an S1 is open',
  'break-glass': ', alone, by breaking the glass',
}

/** What happened, in one sentence for the timeline; who did it is in it. */
export function stepSentence({ action, actor, detail }: ToldStep): string {
  const who = actor?.name ?? 'Postflight'
  const because = detail.reason ? `: ${detail.reason}` : ''
  switch (action) {
    case 'open':
      return `${who} opened it for ${detail.version ?? 'a version'}${because}`
    case 'approve':
      return `${who} approved it${APPROVED_AS[detail.approvedAs ?? ''] ?? ''}${because}`
    case 'choose-version':
      return `${who} chose ${detail.version ?? 'another version'} instead`
    case 'send-again':
      return `${who} had a new request sent, ${detail.key ?? ''}${because}`
    case 'run-started':
      return actor ? `${who} said that a run started` : `CI started a run for ${detail.key ?? 'it'}`
    case 'not-sent':
      return `No run started for ${detail.key ?? 'it'}${because}`
    case 'not-known':
      return `It cannot be told whether a run started for ${detail.key ?? 'it'}${because}`
    case 'deployment-began':
      return detail.by === 'ci' ? 'CI said that it is deploying' : 'A deployment event said that it is under way'
    case 'run-failed':
      return actor ? `${who} said that the run failed${because}` : `It failed${because}`
    case 'deployed':
      return actor
        ? `${who} said that it is live${because}`
        : `${detail.version ?? 'It'} is live, as a deployment event says`
    case 'verify':
      return detail.reason ? `${who} verified it by hand${because}` : `${who} verified it`
    case 'recur':
      return `It is in doubt${because}`
    case 'close':
      return `${who} closed it${detail.defects?.length ? `; fixed: ${detail.defects.map((id) => `PF-${id}`).join(', ')}` : ''}`
    case 'cancel':
      return `${who} cancelled it${because}`
    case 'give-up':
      return `${who} gave it up${because}`
    case 'note':
      return detail.tick ? `${who} ticked “${detail.tick}”` : `${who}: ${detail.text ?? ''}`
    case 'review':
      return `Review by ${who}: ${detail.text ?? ''}`
  }
}
