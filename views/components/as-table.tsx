import type { Child } from 'hono/jsx'
import { Icon } from './icon.tsx'

/** What a chart drew, to be opened as a table below it. */
export const AsTable = ({ children, close = false }: { children: Child; close?: boolean }) => (
  <details class={close ? 'data' : 'data mt8'}>
    <summary>
      <Icon name="table" small />
      Show data as table
    </summary>
    {children}
  </details>
)
