import type { HistoryPages } from './history-pages.ts'
import { textOf } from './pages.ts'

/** What a page says, and where it leads. */
export interface NumberLink {
  readonly n: number
  readonly href: string
}

/** Links that begin with a number, or with a place and a number, to lists. */
export const numberLinks = (html: string): NumberLink[] =>
  [...html.matchAll(/<a\b[^>]*href="(\/(?:defects|deployments|releases|commits)\?[^"]*)"[^>]*>(.*?)<\/a>/gs)].flatMap(
    ([, href, inner]) => {
      const [, digits] = /^(?:All |[a-z]+ )?([\d,]+)(?:$| )/.exec(textOf(inner as string)) ?? []
      if (digits === undefined) return []
      return { n: Number(digits.replaceAll(',', '')), href: (href as string).replaceAll('&amp;', '&') }
    },
  )

/** How many rows a list says that it has. */
export async function rowsOf(pages: HistoryPages, href: string): Promise<number> {
  const text = textOf(await pages.read(href))
  const [, total] = /\d–[\d,]+ of ([\d,]+)/.exec(text) ?? []
  return total === undefined ? 0 : Number(total.replaceAll(',', ''))
}

/** What the page says and how many rows are there; an address that is there often is followed once. */
export async function followed(pages: HistoryPages, links: readonly NumberLink[]) {
  const rows = new Map<string, number>()
  const found: NumberLink[] = []
  for (const { href } of links) {
    if (!rows.has(href)) rows.set(href, await rowsOf(pages, href))
    found.push({ n: rows.get(href) as number, href })
  }
  return { said: links, found }
}

/** What stands between two texts. */
export const piece = (html: string, from: string, to: string): string => html.split(from)[1]?.split(to)[0] ?? ''

/** The address that "Copy link to…" copies. */
export const copyLinkOf = (html: string): string =>
  (/href="([^"]*)"[^>]*data-copy-link/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&')
