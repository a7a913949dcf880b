import { z } from 'zod'
import type { Attempt } from '../../core/inbound/gap-repair.ts'
import { cleanLine } from '../../core/text/text.ts'
import { parseInstant } from '../../core/time/instant.ts'
import { readJson } from '../reading/json.ts'
import { parseWith } from '../reading/payload.ts'

/** What GitHub's API says of a hook and of its deliveries (docs.github.com/rest/repos/webhooks, read 2026-11). */

export type LogRead<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

/**
 * The address of a hook in GitHub's API, as an operator gives it: of a repository, `…/repos/{owner}/{repo}/hooks/{id}`,
 * or an organisation, `…/orgs/{org}/hooks/{id}`, on github.com or an Enterprise Server. Whether it may be called is
 * not judged here.
 * @returns the address without a slash at its end, or what is wrong with it, for people
 */
export function readHookUrl(text: string): LogRead<string> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  if (!url) return { ok: false, problem: `“${cleanLine(text, 100)}” is no address.` }
  const path = url.pathname.replace(/\/+$/, '')
  if (/\/app\/hook$/.test(path))
    return {
      ok: false,
      problem: 'The deliveries of an app’s hook are for the app alone (it signs a JWT), which is not supported.',
    }
  const page = /^\/(?:organizations\/([\w.-]+)|([\w.-]+)\/([\w.-]+))\/settings\/hooks\/(\d+)$/.exec(path)
  if (page) {
    const [, org, owner, repo, id] = page
    const api = url.hostname === 'github.com' ? 'https://api.github.com' : `${url.origin}/api/v3`
    const hook = org ? `orgs/${org}/hooks/${id}` : `repos/${owner}/${repo}/hooks/${id}`
    return { ok: false, problem: `That is the hook’s page. Its address in the API is ${api}/${hook}` }
  }
  if (!/\/(repos\/[\w.-]+\/[\w.-]+|orgs\/[\w.-]+)\/hooks\/\d+$/.test(path) || url.search || url.hash)
    return {
      ok: false,
      problem:
        'A hook’s address ends in /repos/OWNER/REPO/hooks/ID or /orgs/ORG/hooks/ID, as in https://api.github.com/repos/acme/shop/hooks/123456.',
    }
  return { ok: true, value: `${url.origin}${path}` }
}

export interface Hook {
  readonly active: boolean
  /** Where it delivers to. */
  readonly url: string
}

const hookSchema = z.object({ active: z.boolean(), config: z.object({ url: z.string() }) })

export function readHook(body: Uint8Array): LogRead<Hook> {
  const read = readAs(hookSchema, body)
  return read.ok ? { ok: true, value: { active: read.value.active, url: read.value.config.url } } : read
}

const attemptsSchema = z
  .array(
    z.object({
      // As digits when it is longer than a number can be.
      id: z.union([z.int().nonnegative(), z.string().regex(/^\d{1,30}$/)]),
      guid: z.string(),
      delivered_at: z.string(),
      status: z.string().nullish(),
      status_code: z.int().nullish(),
    }),
  )
  .max(1_000)

/** One page of the log. Attempts whose guid our inbox could not hold are left out. */
export function readAttempts(body: Uint8Array): LogRead<Attempt[]> {
  const read = readAs(attemptsSchema, body)
  if (!read.ok) return read
  const attempts: Attempt[] = []
  for (const item of read.value) {
    const at = parseInstant(item.delivered_at)
    if (at === undefined) return { ok: false, problem: 'delivered_at is not an RFC 3339 time' }
    if (!/^[\w-]{1,100}$/.test(item.guid)) continue
    const code = item.status_code ?? 0
    attempts.push({
      id: String(item.id),
      guid: item.guid,
      at,
      delivered: (code >= 200 && code < 300) || item.status === 'OK',
    })
  }
  return { ok: true, value: attempts }
}

/**
 * The cursor of the next page in a Link header; undefined on the last one. The cursor alone: where the header's
 * address leads is the other side's say, and our token goes with the next request.
 */
export function nextCursor(link: string | undefined): string | undefined {
  const next = link?.split(',').find((one) => /;\s*rel="?next"?/.test(one))
  const url = /<([^>]+)>/.exec(next ?? '')?.[1]
  const cursor = url && URL.canParse(url) ? new URL(url).searchParams.get('cursor') : undefined
  return cursor && /^[\w.=+/-]{1,200}$/.test(cursor) ? cursor : undefined
}

function readAs<T>(schema: z.ZodType<T>, body: Uint8Array): LogRead<T> {
  const json = readJson(body)
  if (!json.ok) return { ok: false, problem: json.problem.message }
  const parsed = parseWith(schema, json.value)
  if (parsed.ok) return parsed
  const [first] = parsed.problems
  return { ok: false, problem: cleanLine(`${first?.path ?? ''} ${first?.message ?? ''}`, 200) }
}
