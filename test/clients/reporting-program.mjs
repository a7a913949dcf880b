import * as Sentry from '@sentry/node'

/** What an application with the SDK does: it reports an error that it survives, and crashes when it is told to. */

const [order, crashes] = process.argv.slice(2)
Sentry.init({ dsn: process.env.SENTRY_DSN, release: 'checkout@2.4.1', environment: 'production' })

/** @param {string | undefined} id */
async function capture(id) {
  await Promise.resolve()
  throw new TypeError(`order ${id} has no total`)
}

try {
  await capture(order)
} catch (error) {
  Sentry.captureException(error)
}
await Sentry.flush(10_000)
if (crashes) throw new RangeError('out of stock')
