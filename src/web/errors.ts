import type { ErrorHandler, Hono, MiddlewareHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import {
  isDatabaseBusy,
  isDiskFull,
  isLocked,
  isStorageBroken,
  isStorageTrouble,
  isUnstorableText,
} from '../store/dialect.ts'
import { NotInTime } from '../store/inbox/accept-deadline.ts'
import { Overloaded } from '../store/inbox/group-commit.ts'
import { AccessDenied } from './access-denied.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'
import { errorPage } from './error-page.tsx'
import { comeBackLater, problem, secondsToComeBack } from './problems.ts'
import type { Ctx } from './routes.ts'
import { isUnreadableForm, isUploadAborted } from './server/body.ts'

/** What the storage may refuse for a while: what the log says and what who asked is told, with 503. */
const REFUSALS: readonly {
  readonly is: (error: unknown) => boolean
  readonly logged?: string
  readonly told: string
}[] = [
  {
    is: (error) => error instanceof Overloaded,
    told: 'Too many deliveries are waiting to be stored, or the server is stopping. Nothing was kept.',
  },
  {
    is: (error) => error instanceof NotInTime,
    logged: 'the storage is slow',
    told: 'Storing it takes too long. Send it again: if it is kept after all, it is recognised by its id.',
  },
  { is: isDiskFull, logged: 'the disk is full', told: 'The disk is full. Nothing was kept.' },
  {
    is: (error) => isLocked(error) || isDatabaseBusy(error),
    logged: 'the database is busy',
    told: 'The database is busy. Nothing was kept.',
  },
  // The log has it from where it ended the process.
  { is: isStorageBroken, told: 'The storage failed, and this server ends. Send it again.' },
  {
    is: isStorageTrouble,
    logged: 'the database does not answer',
    told: 'The database does not answer. Send it again.',
  },
]

/** In a storm thousands of refusals a second would each write a line, to the same full disk perhaps. */
const SAY_AGAIN_AFTER_MS = 10_000

/** The one place where an error becomes an answer. What people see never holds the error itself; the log does, once. */
export const onError = ({ log, metrics }: Pick<Deps, 'log' | 'metrics'>): ErrorHandler<Env> => {
  const saidAt = new Map<string, number>()
  const sayNowAndThen = (what: string, error: Error) => {
    const now = performance.now()
    if (now - (saidAt.get(what) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_AFTER_MS) return
    saidAt.set(what, now)
    log.error({ err: error }, what)
  }
  return (error, c) => {
    if (error instanceof AccessDenied) metrics.accessDenied(error.reason)
    if (error instanceof HTTPException) return answer(c, error.status as ContentfulStatusCode, error.message)
    // Before the storage's refusals: a socket that its sender closed has the code of a connection that a database closed.
    if (isUploadAborted(c, error)) {
      metrics.uploadAborted()
      log.debug({ requestId: c.get('requestId') }, 'the upload ended early')
      return answer(c, 400, 'The upload ended early.')
    }
    const refusal = REFUSALS.find(({ is }) => is(error))
    if (refusal) {
      if (refusal.logged) sayNowAndThen(refusal.logged, error)
      return busy(c, refusal.told)
    }
    if (isUnstorableText(error)) return answer(c, 400, 'A NUL character is in what was sent.')
    if (isUnreadableForm(error)) return answer(c, 400, 'The form cannot be read.')
    log.error(
      { requestId: c.get('requestId'), method: c.req.method, path: loggedPath(c.req.path), err: error },
      'request failed',
    )
    return answer(c, 500, 'The fault is on our side. The log has it under the request id.')
  }
}

/** Answers 404 where no route matches. */
export const notFound: NotFoundHandler<Env> = (c) => answer(c, 404, 'There is nothing at this address.')

/** Answers 405 with `Allow` where the path is known and the method is not; use it before the routes of `app`. */
export const wrongMethod = (app: Hono<Env>): MiddlewareHandler<Env> =>
  methodNotAllowed({
    app: app as unknown as Hono,
    onMethodNotAllowed: (c, methods) => {
      const allow = methods.join(', ')
      c.header('Allow', allow)
      return answer(c as unknown as Ctx, 405, `This address answers ${allow}.`)
    },
  }) as unknown as MiddlewareHandler<Env>

const busy = (c: Ctx, detail: string): Response | Promise<Response> => {
  if (wantsProblem(c)) return comeBackLater(c, detail)
  c.header('Retry-After', secondsToComeBack())
  return answer(c, 503, detail)
}

const answer = (c: Ctx, status: ContentfulStatusCode, detail: string): Response | Promise<Response> =>
  wantsProblem(c) ? problem(c, status, { detail }) : errorPage(c, status, detail)

/** Addresses that programs call, whatever they say they accept. */
const FOR_PROGRAMS = /^\/(api|hooks|healthz|livez|readyz|metrics)(\/|$)/

/** Without the secret that some senders have in the address of their hook, and links in theirs. */
const loggedPath = (path: string): string => path.replace(/^(\/hooks\/[^/]*\/|\/r\/).+/, '$1…')

/** Programs get a problem document, browsers (and whoever does not say) a page. */
function wantsProblem(c: Ctx): boolean {
  if (FOR_PROGRAMS.test(c.req.path)) return true
  const accept = c.req.header('Accept') ?? ''
  return accept.includes('json') && !accept.includes('text/html')
}
