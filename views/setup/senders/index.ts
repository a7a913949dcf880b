import type { Child } from 'hono/jsx'
import { AlertmanagerSteps } from './alertmanager.tsx'
import type { SenderProps } from './sender.ts'

/** The first two steps of each sender: making a source here, and what to paste or click there. */
export const senderSteps = {
  alertmanager: AlertmanagerSteps,
} satisfies Record<string, (props: SenderProps) => Child>

export type SenderWay = keyof typeof senderSteps
