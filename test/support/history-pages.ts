import type { NativeItems } from '../../src/operations/intake/submit-native.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import type { ApiOptions } from './api.ts'
import { openPages, type Pages } from './pages.ts'
import { type OpenTestStore, testStoresOn } from './stores.ts'

/** The pages over a history that the test tells item by item. */
export interface HistoryPages extends Pages {
  /** Takes the items in by the front door and works out all that follows. */
  tell(kind: NativeItems['kind'], ...items: readonly Record<string, unknown>[]): Promise<void>
  /** Fills in the form of the page at `from` that posts to `to`, its hidden fields and all, and sends it. */
  fillIn(from: string, to: string, fields: Record<string, string>): Promise<Response>
}

export async function openHistory(
  openTestStore: OpenTestStore = testStoresOn('sqlite'),
  options: ApiOptions & { readonly role?: string } = {},
): Promise<HistoryPages> {
  const pages = await openPages(openTestStore, options)
  const { deps, read, submit } = pages
  return {
    ...pages,
    async tell(kind, ...items) {
      const submission = await submitNative(deps, { kind, items, receivedAt: deps.clock() })
      if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
      await deps.processor.runUntilIdle()
    },
    fillIn: async (from, to, fields) => submit(to, { ...hiddenFields(await read(from), to), ...fields }),
  }
}

function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form').find((part) => /method="post"/.test(part) && part.includes(`action="${action}"`))
  if (!form) throw new Error(`no form posts to ${action}`)
  const inputs = (form.split('</form>')[0] as string).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [name as string, value as string]))
}

export const iso = (at: number): string => new Date(at).toISOString()

/** A deployment as our own JSON tells it. */
export const deployed = (version: string, at: number, more: Record<string, unknown> = {}) => ({
  service: 'checkout-api',
  version,
  environment: 'production',
  finishedAt: iso(at),
  ...more,
})

/** A defect's sighting as our own JSON tells it. */
export const seen = (title: string, at: number, more: Record<string, unknown> = {}) => ({
  service: 'checkout-api',
  title,
  environment: 'production',
  occurredAt: iso(at),
  ...more,
})
