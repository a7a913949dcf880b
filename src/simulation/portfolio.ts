import type { Random } from './random.ts'

/** The invented company the simulator plays: its services and the words its people use. */
export interface ServiceProfile {
  readonly name: string
  readonly versions: 'semver' | 'calendar'
  /** Version that is live when the history begins. */
  readonly startVersion: readonly [number, number, number]
  readonly daysBetweenReleases: number
  /** Mean number of latent defects in a release; drawn with a heavy spread, as real releases differ. */
  readonly defectsPerRelease: number
  readonly canary: boolean
  readonly subjects: readonly string[]
  readonly endpoints: readonly string[]
}

export const SERVICES: readonly ServiceProfile[] = [
  {
    name: 'checkout-api',
    versions: 'semver',
    startVersion: [4, 9, 2],
    daysBetweenReleases: 0.9,
    defectsPerRelease: 6.2,
    canary: true,
    subjects: [
      'Capture',
      'Refund preview',
      'Voucher total',
      'Payment intent',
      'Order confirmation',
      'Gift card balance',
      'Tax line',
      'Basket merge',
      'Receipt e-mail',
      'Idempotency record',
      'Currency rounding',
      '3-D Secure return',
    ],
    endpoints: ['POST /captures', 'POST /refunds', 'GET /orders/{id}', 'POST /intents', 'PUT /basket'],
  },
  {
    name: 'payments-worker',
    versions: 'semver',
    startVersion: [3, 2, 0],
    daysBetweenReleases: 2.2,
    defectsPerRelease: 5.3,
    canary: true,
    subjects: [
      'Settlement file',
      'Retry queue',
      'Payout batch',
      'Ledger entry',
      'Chargeback notice',
      'Webhook to bank',
      'Reconciliation',
      'Fee calculation',
      'Statement export',
      'Dead-letter mover',
    ],
    endpoints: ['settle job', 'payout job', 'ledger consumer', 'chargeback consumer'],
  },
  {
    name: 'search-indexer',
    versions: 'semver',
    startVersion: [2, 6, 1],
    daysBetweenReleases: 1.5,
    defectsPerRelease: 6.0,
    canary: false,
    subjects: [
      'Autocomplete',
      'Facet counts',
      'Synonym list',
      'Deleted product',
      'Price filter',
      'Index swap',
      'Ranking boost',
      'Language analyser',
      'Delta import',
      'Stock flag',
      'Spelling hint',
    ],
    endpoints: ['GET /search', 'GET /suggest', 'POST /documents', 'reindex job'],
  },
  {
    name: 'web-storefront',
    versions: 'calendar',
    startVersion: [2026, 33, 0],
    daysBetweenReleases: 0.6,
    defectsPerRelease: 5.8,
    canary: true,
    subjects: [
      'Cart badge',
      'Product gallery',
      'Address form',
      'Sign-in page',
      'Wish list',
      'Delivery picker',
      'Cookie notice',
      'Price label',
      'Size guide',
      'Checkout button',
      'Search box',
      'Order history',
      'Language switch',
    ],
    endpoints: ['/cart', '/product/{id}', '/account', '/checkout', '/search'],
  },
  {
    name: 'notifications',
    versions: 'semver',
    startVersion: [0, 35, 0],
    daysBetweenReleases: 1.9,
    defectsPerRelease: 5.0,
    canary: false,
    subjects: [
      'Push message',
      'SMS sender',
      'Template preview',
      'Unsubscribe link',
      'Digest e-mail',
      'Quiet hours',
      'Bounce handler',
      'Locale fallback',
      'Delivery receipt',
      'Rate window',
    ],
    endpoints: ['POST /messages', 'GET /templates/{id}', 'bounce consumer', 'digest job'],
  },
  {
    name: 'admin-console',
    versions: 'semver',
    startVersion: [5, 4, 3],
    daysBetweenReleases: 2.9,
    defectsPerRelease: 5.5,
    canary: false,
    subjects: [
      'User search',
      'Role editor',
      'Audit export',
      'Bulk edit',
      'Price import',
      'Return desk',
      'Order notes',
      'Stock correction',
      'Voucher editor',
      'Report download',
    ],
    endpoints: ['GET /users', 'POST /imports', 'GET /audit', 'PUT /roles/{id}'],
  },
]

const SYMPTOMS = [
  'fails with 409 on a retry',
  'shows the value of the previous session',
  'times out under load',
  'returns 500 for guests',
  'is sent twice',
  'ignores the chosen language',
  'loses the last character',
  'rounds to the wrong cent',
  'is empty after a refresh',
  'breaks on names with an apostrophe',
  'uses the wrong time zone',
  'cannot be cancelled',
  'is slow for more than 200 items',
  'throws a TypeError on missing data',
  'keeps spinning after an error',
  'writes the wrong audit entry',
]

/** Faults no release brought: certificates, disks, other companies. */
const BACKGROUND = [
  'Certificate of the payment gateway expired',
  'Node ran out of disk space',
  'Upstream address service unavailable',
  'DNS look-ups slow in one zone',
  'Message broker restarted by the provider',
  'Mail provider throttles us',
  'Database fail-over took 40 seconds',
  'Traffic peak after a television spot',
  'Cloud zone lost power',
  'Partner feed sent an empty file',
]

/** Every fault a service can show, each once, in an order drawn from `random`. */
export function faultTitles(profile: ServiceProfile, random: Random): () => string {
  const titles = random.shuffled(
    profile.subjects.flatMap((subject) => SYMPTOMS.map((symptom) => `${subject} ${symptom}`)),
  )
  let next = 0
  return () => {
    const round = Math.floor(next / titles.length)
    const title = titles[next++ % titles.length] as string
    return round === 0 ? title : `${title} (${profile.endpoints[(round - 1) % profile.endpoints.length]})`
  }
}

export function backgroundTitle(profile: ServiceProfile, random: Random): string {
  return `${random.pick(BACKGROUND)} (${profile.name}, ${random.pick(profile.endpoints)})`
}

export const COMMIT_WORDS = {
  verbs: ['Fix', 'Move', 'Rework', 'Add', 'Remove', 'Cache', 'Validate', 'Rename', 'Simplify', 'Log'],
  authors: ['Ana', 'Ben', 'Cleo', 'Dov', 'Eszter', 'Femi'],
} as const
