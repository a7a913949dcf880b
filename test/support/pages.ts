import { createApp } from '../../src/app.ts'
import type { NativeItems } from '../../src/operations/submit-native.ts'
import { submitNative } from '../../src/operations/submit-native.ts'
import { aBrowser } from './access-app.ts'
import { openApi } from './api.ts'
import { addPerson } from './people.ts'
import { type OpenTestStore, testStoresOn } from './stores.ts'

/** The whole application with Ana signed in, and what she sees of it without scripts. */
export async function openPages(openTestStore: OpenTestStore = testStoresOn('sqlite')) {
  const { deps, store } = await openApi(openTestStore)
  const anaId = await addPerson(store.db)
  const { app, declared } = createApp(deps)
  const { visit, signIn } = aBrowser(app)
  await signIn()

  const html = async (path: string, status = 200): Promise<string> => {
    const answer = await visit(path)
    const text = await answer.text()
    if (answer.status !== status) throw new Error(`GET ${path}: ${answer.status} instead of ${status}: ${text}`)
    return text
  }
  return {
    deps,
    store,
    anaId,
    declared,
    visit,
    html,
    /** Takes the items in by the front door and works out all that follows. */
    async submit(kind: NativeItems['kind'], ...items: readonly Record<string, unknown>[]): Promise<void> {
      const submission = await submitNative(deps, { kind, items, receivedAt: deps.clock() })
      if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
      await deps.processor.runUntilIdle()
    },
    /** Fills in a form of the page at `from` and sends it to `to`, hidden fields and all. */
    async send(from: string, to: string, fields: Record<string, string>): Promise<Response> {
      return visit(to, { form: { ...hiddenFields(await html(from), to), ...fields } })
    },
  }
}

/** The hidden fields of the first form that posts to `action`. */
function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`) && part.includes('method="post"'))
  if (!form) throw new Error(`no form posts to ${action}`)
  const inputs = (form.split('</form>')[0] as string).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [name as string, value as string]))
}

/** The words of a page as a person reads them, markup taken away. */
export const wordsOf = (html: string): string =>
  html
    .replace(/<(script|style)\b.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
