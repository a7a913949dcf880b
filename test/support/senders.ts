import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export const isAcknowledged = (answer: Answer | undefined): boolean => answer?.status === 202 || answer?.status === 200

/**
 * Delivers number `n` to the native source `ci`: an even one is a deployment, an odd one a defect.
 * @returns undefined when the connection broke: then the sender knows nothing
 */
export function deliver(base: string, secret: string, n: number, agent?: Agent): Promise<Answer | undefined> {
  const body = JSON.stringify(
    n % 2 === 0
      ? {
          service: 'checkout',
          version: `1.0.${n}`,
          environment: 'production',
          id: `run-${n}`,
          finishedAt: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
        }
      : { title: 'Timeout', service: 'checkout', count: 1 },
  )
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': `delivery-${n}`,
    authorization: `Bearer ${secret}`,
  }
  return new Promise((resolve) => {
    const call = request(`${base}/hooks/ci`, { method: 'POST', headers, ...(agent && { agent }) }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece: string) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
      answer.on('error', () => resolve(undefined))
    })
    call.on('error', () => resolve(undefined))
    call.end(body)
  })
}

/** Many who deliver at once, each waiting for its answer, three in ten sending something a second time. */
export class Senders {
  /** Numbers that were answered with success, ever. */
  readonly acknowledged = new Set<number>()
  /** Answers by status; `broken` where there was none. */
  readonly answers: Record<string, number> = {}
  readonly #sent: number[] = []
  readonly #atOnce: number
  #next = 0

  constructor(atOnce = 16) {
    this.#atOnce = atOnce
  }

  /**
   * Each sends on until its connection breaks or `onAnswer` says to stop, which is for all of them.
   * Ends when every one has its last answer.
   */
  async run(base: string, secret: string, onAnswer: (answer: Answer) => 'go on' | 'stop'): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: this.#atOnce })
    let stopped = false
    const sendOn = async () => {
      while (!stopped) {
        const n = this.#choose()
        const answer = await deliver(base, secret, n, agent)
        if (isAcknowledged(answer)) this.acknowledged.add(n)
        const kind = answer?.status ?? 'broken'
        this.answers[kind] = (this.answers[kind] ?? 0) + 1
        if (!answer) return
        if (onAnswer(answer) === 'stop') stopped = true
      }
    }
    await Promise.all(Array.from({ length: this.#atOnce }, sendOn))
    agent.destroy()
  }

  #choose(): number {
    const again = this.#sent.length > 0 && (this.#next + this.#sent.length) % 10 < 3
    const n = again ? (this.#sent[(this.#next * 7919) % this.#sent.length] as number) : this.#next
    this.#next++
    if (!again) this.#sent.push(n)
    return n
  }
}
