import type { Child } from 'hono/jsx'

/** A link where there is something to lead to, else what it would say. */
export const Linked = ({ href, children }: { href: string | undefined; children?: Child }) =>
  href === undefined ? (children ?? null) : <a href={href}>{children}</a>

/** The first match of a pattern in a text is a link; where nothing matches, the text is as it was. */
export function LinkedPart({ text, part, href }: { text: string; part: RegExp; href: string }) {
  const found = part.exec(text)
  if (!found) return <>{text}</>
  const [words] = found
  return (
    <>
      {text.slice(0, found.index)}
      <a href={href}>{words}</a>
      {text.slice(found.index + words.length)}
    </>
  )
}

/** The numbers of defects in a text lead to them. */
export function WithDefects({ text }: { text: string }) {
  return (
    <>
      {text
        .split(/(\bPF-[1-9]\d{0,14}\b)/)
        .map((part, i) => (i % 2 === 1 ? <a href={`/defects/${part}`}>{part}</a> : part))}
    </>
  )
}
