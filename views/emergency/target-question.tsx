import type { Question } from '../components/confirm-page.tsx'
import { Time } from '../components/time.tsx'

interface Asked {
  readonly service: string
  readonly environment: string
  /** What is called there. */
  readonly name: string
  readonly savedAt: number
  readonly savedName: string
}

/** Whether a CI is to be asked for a place no more. */
export const removeTargetQuestion = ({ service, environment, ...target }: Asked, now: number): Question => ({
  title: `Remove the CI target of ‘${service}’ in ${environment}?`,
  facts: [
    ['CI', target.name],
    [
      'Saved',
      <>
        <Time at={target.savedAt} now={now} /> by {target.savedName}
      </>,
    ],
  ],
  happens: `Emergency releases of ${service} in ${environment} that are approved from now on are deployed by hand. Its key is forgotten here.`,
  stays: 'Emergency releases there stay, and the CI itself is not told; revoke the key there if nothing else uses it.',
  verb: 'Remove',
  button: `Remove the CI target of ‘${service}’`,
  back: '/emergency/settings',
})
