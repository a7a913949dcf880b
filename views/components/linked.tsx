import type { Child } from 'hono/jsx'

/** A link where there is something to lead to, else what it would say. */
export const Linked = ({ href, children }: { href: string | undefined; children?: Child }) =>
  href === undefined ? (children ?? null) : <a href={href}>{children}</a>
