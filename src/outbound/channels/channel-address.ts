import type { Problem } from '../../core/event.ts'

type AddressRead =
  | { readonly ok: true; readonly url: string; readonly host: string }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The address that was entered, or the one there is. Whether it may be called is judged elsewhere. */
export function readAddress(given: string, held: string | undefined): AddressRead {
  const text = given.trim()
  const url = text === '' ? held : text
  if (url === undefined) return refused('is needed')
  if (url.length > 2_000) return refused('is too long')
  if (!URL.canParse(url)) return refused('is no address')
  return { ok: true, url, host: new URL(url).host }
}

const refused = (message: string): AddressRead => ({ ok: false, problems: [{ path: 'url', message }] })
