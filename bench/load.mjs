// Sends signed GitHub deliveries as fast as they are answered, over CONNECTIONS sockets, each waiting for its answer
// before the next. A process of its own, on raw sockets, so that the client costs the server as little as possible.
// node load.mjs PORT CONNECTIONS WARM_UP_SECONDS SECONDS SECRET; reports to its parent.
import { createHmac, randomUUID } from 'node:crypto'
import { connect } from 'node:net'

/**
 * @typedef {object} LoadReport
 * @property {number} requests  answered in the measured time
 * @property {number} seconds
 * @property {number} p50  milliseconds
 * @property {number} p99  milliseconds
 * @property {number} accepted  202s from the first to the last request, warm-up included
 * @property {Record<string, number>} otherAnswers  by status
 */

const [port, connections, warmUpSeconds, seconds] = process.argv.slice(2, 6).map(Number)
const secret = process.argv[6] ?? ''

/** @type {number[]} */
const latencies = []
// Serialising each body would make the client dearer than the server under test: the text is cut once and filled in.
const [ID, SHA, REPOSITORY, AT] = ['"@id"', '@sha', '@repository', '@at']
const bodyParts = JSON.stringify(deploymentStatus()).split(/("@id"|@sha|@repository|@at)/)
let measuring = false
let stopping = false
let accepted = 0
let sequence = 0
/** @type {Record<string, number>} */
const otherAnswers = {}

const startedAtText = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
const lanes = Array.from({ length: connections ?? 1 }, () => lane())
await wait(warmUpSeconds ?? 1)
process.send?.('measuring')
measuring = true
const startedAt = performance.now()
await wait(seconds ?? 5)
measuring = false
const elapsed = (performance.now() - startedAt) / 1000
process.send?.('measured')
stopping = true
await Promise.all(lanes)

latencies.sort((a, b) => a - b)
const quantile = (/** @type {number} */ q) =>
  latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0
/** @type {LoadReport} */
const report = {
  requests: latencies.length,
  seconds: elapsed,
  p50: quantile(0.5),
  p99: quantile(0.99),
  accepted,
  otherAnswers,
}
process.send?.(report)

/** One connection: request, answer, request… until told to stop. */
function lane() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port ?? 0, host: '127.0.0.1', noDelay: true })
    let received = ''
    let sentAt = 0
    const send = () => {
      const request = nextRequest()
      sentAt = performance.now()
      socket.write(request)
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (chunk) => {
      received += chunk
      if (!isComplete(received)) return
      if (measuring) latencies.push(performance.now() - sentAt)
      const status = received.slice(9, 12)
      if (status === '202') accepted++
      else otherAnswers[status] = (otherAnswers[status] ?? 0) + 1
      received = ''
      if (!stopping) return send()
      socket.removeAllListeners('close').end()
      resolve(undefined)
    })
  })
}

/** Enough of HTTP for these servers: an answer with a Content-Length, or in chunks. */
function isComplete(/** @type {string} */ received) {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = received.slice(0, end).toLowerCase()
  const length = /\r\ncontent-length: (\d+)/.exec(head)
  if (length) return received.length >= end + 4 + Number(length[1])
  return head.includes('transfer-encoding: chunked') && received.endsWith('\r\n0\r\n\r\n')
}

/** A signed deployment_status of about 2 KB, no two alike. */
function nextRequest() {
  const body = nextBody(++sequence)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return (
    'POST /hooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/0000000\r\n' +
    'Content-Type: application/json\r\nX-GitHub-Event: deployment_status\r\n' +
    `X-GitHub-Delivery: ${randomUUID()}\r\nX-Hub-Signature-256: sha256=${signature}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  )
}

function nextBody(/** @type {number} */ n) {
  const id = String(process.pid * 1_000_000 + n)
  const sha = id.padStart(40, '0')
  const repository = `service-${n % 20}`
  let body = ''
  for (const part of bodyParts)
    body +=
      part === ID ? id : part === SHA ? sha : part === REPOSITORY ? repository : part === AT ? startedAtText : part
  return body
}

function deploymentStatus() {
  const api = 'https://api.github.com/repos/example/@repository'
  const creator = {
    login: 'deploy-bot[bot]',
    id: 41898282,
    node_id: 'MDM6Qm90NDE4OTgyODI=',
    avatar_url: 'https://avatars.githubusercontent.com/in/15368?v=4',
    url: 'https://api.github.com/users/deploy-bot%5Bbot%5D',
    html_url: 'https://github.com/apps/deploy-bot',
    type: 'Bot',
    site_admin: false,
  }
  return {
    action: 'created',
    deployment_status: {
      url: `${api}/deployments/1/statuses/1`,
      id: '@id',
      node_id: 'DES_kwDOAAAAAM4AAAAA',
      state: 'success',
      creator,
      description: 'Deployed to the cluster',
      environment: 'production',
      target_url: 'https://github.com/example/@repository/actions/runs/1',
      created_at: '@at',
      updated_at: '@at',
      deployment_url: `${api}/deployments/1`,
      repository_url: api,
      environment_url: 'https://@repository.example.com',
      log_url: 'https://github.com/example/@repository/actions/runs/1',
    },
    deployment: {
      url: `${api}/deployments/1`,
      id: '@id',
      node_id: 'DE_kwDOAAAAAM4AAAAA',
      task: 'deploy',
      original_environment: 'production',
      environment: 'production',
      description: 'Release train',
      created_at: '@at',
      updated_at: '@at',
      statuses_url: `${api}/deployments/1/statuses`,
      repository_url: api,
      creator,
      sha: '@sha',
      ref: 'main',
      payload: {},
      transient_environment: false,
      production_environment: true,
    },
    repository: {
      id: 186853002,
      node_id: 'MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=',
      name: '@repository',
      full_name: 'example/@repository',
      private: false,
      html_url: 'https://github.com/example/@repository',
      default_branch: 'main',
    },
    sender: creator,
  }
}

function wait(/** @type {number} */ time) {
  return new Promise((resolve) => setTimeout(resolve, time * 1000))
}
