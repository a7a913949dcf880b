import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isRole, ROLES, type Role } from './core/access/role.ts'
import { type RoleMap, readRoleMap } from './core/access/role-map.ts'
import { readTrustedProxies } from './core/access/trusted-proxies.ts'
import { isKnownAsLongAsItsBody, LEAST_DAYS, MOST_DAYS, type Retention } from './core/inbound/retention.ts'
import type { Block } from './core/network-address.ts'
import { type OutboundAllow, readAllow } from './core/outbound-rule.ts'

/** The only reader of the environment. Every setting, its default and its unit stand here. */

const MIB = 1024 * 1024

const flag = z.stringbool({ error: 'must be true or false' })
const bytes = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .min(1024)
    .max(256 * MIB)
    .default(fallback)

const days = (fallback: number, least: number) => z.coerce.number().int().min(least).max(MOST_DAYS).default(fallback)

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: 'must be the name of a header' })
  .transform((name) => name.toLowerCase())

const roleMap = z
  .string()
  .optional()
  .transform((text, context) => {
    if (text === undefined) return undefined
    const read = readRoleMap(text)
    if (read.ok) return read.map
    context.addIssue({ code: 'custom', message: read.problem })
    return z.NEVER
  })

const settings = z.object({
  /** Loopback unless told otherwise: a fresh server is not on the network by accident. */
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATA_DIR: z.string().min(1).default('./data'),
  /** Absent: SQLite in DATA_DIR. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgres://' })
    .optional(),
  /** Where people and senders reach this server; links and cookies follow it. Absent: http://HOST:PORT. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** 32 random bytes that seal source secrets; made with mode 0600 when absent. Absent: DATA_DIR/key. */
  KEY_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Plain http beyond loopback sends passwords in the clear; refused unless the operator says it is meant. */
  INSECURE_HTTP: flag.default(false),
  /** SQLite cannot keep its promises on most network file systems; refused unless the operator says it is meant. */
  ALLOW_NETWORK_FILE_SYSTEM: flag.default(false),
  /** Largest webhook or API body, bytes. */
  MAX_BODY_BYTES: bytes(MIB),
  /** Deliveries that may wait to be committed before senders are told to come back. */
  MAX_WAITING_DELIVERIES: z.coerce.number().int().min(10).max(1_000_000).default(5_000),
  MAX_WAITING_BYTES: bytes(64 * MIB),
  /**
   * How long a sender waits for its delivery to be on disk, milliseconds; then it is told to come back. Senders hang up
   * after 10 s (GitHub, GitLab) or so, and count that worse than a 503.
   */
  ACCEPT_WITHIN_MS: z.coerce.number().int().min(50).max(60_000).default(5_000),
  /**
   * Deliveries a second that a source may send in the long run, and how many at once after a pause; beyond that it is
   * told to come back. 0 a second: no limit. A source may have its own, on its page.
   */
  SOURCE_RATE: z.coerce.number().int().min(0).max(1_000_000).default(200),
  SOURCE_BURST: z.coerce.number().int().min(1).max(10_000_000).default(1_000),
  /** How long what came in is kept, days: core/inbound/retention.ts. */
  KEEP_BODIES_DAYS: days(90, LEAST_DAYS.bodiesDays),
  KEEP_FAILED_DAYS: days(365, LEAST_DAYS.failedDays),
  KEEP_DELIVERIES_DAYS: days(400, LEAST_DAYS.deliveriesDays),
  KEEP_NOTIFICATIONS_DAYS: days(90, LEAST_DAYS.notificationsDays),
  KEEP_REPORTS_DAYS: days(MOST_DAYS, LEAST_DAYS.reportsDays),
  /** How long readiness says no before listening ends, milliseconds; 5,000 behind a load balancer. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(0),
  /** An OpenID provider that people may sign in with: docs/sign-in.md. Plain http is for loopback only. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must be an https:// address' }).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** Absent: a public client, which has PKCE alone. */
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_SCOPES: z
    .string()
    .regex(/(^|\s)openid(\s|$)/, { error: 'must hold openid' })
    .default('openid email profile'),
  /** Which groups have which role, `groups: releng=release-manager`; core/access/role-map.ts. Absent: roles are set here. */
  OIDC_ROLES: roleMap,
  /** Of people in no such group. Absent: they are not let in. */
  OIDC_DEFAULT_ROLE: z.enum(ROLES).optional(),
  /** What the button says. */
  OIDC_LABEL: z.string().min(1).max(60).default('single sign-on'),
  /** Off, people sign in by the provider or the proxy alone. */
  PASSWORD_SIGN_IN: flag.default(true),
  /** Roles that need more than a password, `release-manager, admin`: a code, a passkey, the provider or the proxy. */
  SECOND_FACTOR_ROLES: z
    .string()
    .default('')
    .transform((text, context) => {
      const roles = text.split(/[\s,]+/).filter(Boolean)
      const unknown = roles.find((role) => !isRole(role))
      if (unknown === undefined) return roles.filter(isRole)
      context.addIssue({ code: 'custom', message: `${unknown} is none of the roles ${ROLES.join(', ')}` })
      return z.NEVER
    }),
  /** Addresses and blocks of proxies whose headers are believed. Absent: docs/sign-in.md. */
  TRUSTED_PROXIES: z
    .string()
    .optional()
    .transform((text, context) => {
      const read = readTrustedProxies(text ?? '')
      if (read.ok) return read.blocks
      context.addIssue({ code: 'custom', message: read.problem })
      return z.NEVER
    }),
  /** The header in which such a proxy names who it let in; and those for their e-mail address and groups. */
  PROXY_USER_HEADER: headerName.optional(),
  PROXY_EMAIL_HEADER: headerName.optional(),
  PROXY_GROUPS_HEADER: headerName.optional(),
  PROXY_ROLES: roleMap,
  PROXY_DEFAULT_ROLE: z.enum(ROLES).optional(),
  /** Hosts, addresses and blocks that may be called besides the public internet; core/outbound-rule.ts. */
  OUTBOUND_ALLOW: z
    .string()
    .default('')
    .transform((text, context) => {
      const read = readAllow(text)
      if (read.ok) return { text, allow: read.allow }
      context.addIssue({ code: 'custom', message: read.problem })
      return z.NEVER
    }),
  /** The server that takes our mail, which may be anywhere: `smtp://user:password@host:587`, `smtps://…`. */
  SMTP_URL: z
    .string()
    .refine((text) => /^smtps?:\/\/./.test(text) && URL.canParse(text), {
      error: 'must start with smtp:// or smtps://',
    })
    .optional(),
  /** The sender of our mail: `postflight@b.example` or `Postflight <postflight@b.example>`. */
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\r\n"@,;:]{1,100} <[^\s<>@,;:"]{1,64}@[^\s<>@,;:"]{1,250}>|[^\s<>@,;:"]{1,64}@[^\s<>@,;:"]{1,250})$/,
      {
        error: 'must be an address, or a name and an address in angle brackets',
      },
    )
    .optional(),
})

/** Settings whose value may also come from the file named in NAME_FILE. */
const SECRET_SETTINGS = ['DATABASE_URL', 'SMTP_URL', 'OIDC_CLIENT_SECRET'] as const

type Settings = z.output<typeof settings>

/** How roles follow from groups; without a map they are set here, and the default is for who is new. */
export interface OutsideRoles {
  readonly map: RoleMap | undefined
  readonly defaultRole: Role | undefined
}

export interface OidcSettings extends OutsideRoles {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly scopes: string
  readonly label: string
}

export interface ProxySignIn extends OutsideRoles {
  /** Names of headers, lower case. */
  readonly userHeader: string
  readonly emailHeader: string | undefined
  readonly groupsHeader: string | undefined
}

export interface SignInSettings {
  readonly passwords: boolean
  /** For whom a password alone opens nothing but setting up more. */
  readonly secondFactorRoles: readonly Role[]
  readonly oidc: OidcSettings | undefined
  readonly proxy: ProxySignIn | undefined
  /** Undefined: none was named. */
  readonly trustedProxies: readonly Block[] | undefined
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly keyFile: string
  readonly allowNetworkFileSystem: boolean
  readonly logLevel: Settings['LOG_LEVEL']
  readonly maxBodyBytes: number
  readonly maxWaitingDeliveries: number
  readonly maxWaitingBytes: number
  readonly acceptWithinMs: number
  readonly sourceRate: { readonly perSecond: number; readonly burst: number }
  readonly retention: Retention
  readonly drainDelayMs: number
  readonly signIn: SignInSettings
  /** `text` is how it was written. */
  readonly outbound: { readonly text: string; readonly allow: OutboundAllow }
  /** Undefined: no mail is sent. */
  readonly mailServer: { readonly url: string; readonly from: string } | undefined
}

/** The environment holds something that cannot be used; the message names each setting and what is wrong with it. */
export class BadConfig extends Error {}

/**
 * Reads the configuration.
 * @throws BadConfig naming every bad setting at once.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = withSecretFiles(env)
  const parsed = settings.safeParse(given)
  if (!parsed.success)
    throw new BadConfig(
      parsed.error.issues
        .map((issue) => `${issue.path.join('.')}: ${issue.message} (got ${shown(issue.path[0], given)})`)
        .join('\n'),
    )
  const value = parsed.data
  const publicUrl = value.PUBLIC_URL ?? addressOf(value.HOST, value.PORT)
  if (publicUrl.startsWith('http:') && !isLoopback(new URL(publicUrl).hostname) && !value.INSECURE_HTTP)
    throw new BadConfig(
      'PUBLIC_URL: plain http is for loopback only. Put TLS in front and set PUBLIC_URL=https://…, or set INSECURE_HTTP=true if you accept that passwords cross the network in the clear.',
    )
  const retention = {
    bodiesDays: value.KEEP_BODIES_DAYS,
    failedDays: value.KEEP_FAILED_DAYS,
    deliveriesDays: value.KEEP_DELIVERIES_DAYS,
    notificationsDays: value.KEEP_NOTIFICATIONS_DAYS,
    reportsDays: value.KEEP_REPORTS_DAYS,
  }
  if (!isKnownAsLongAsItsBody(retention))
    throw new BadConfig(
      'KEEP_DELIVERIES_DAYS: a delivery is kept at least as long as its body; raise it, or lower KEEP_BODIES_DAYS and KEEP_FAILED_DAYS.',
    )
  if ((value.SMTP_URL === undefined) !== (value.MAIL_FROM === undefined))
    throw new BadConfig('SMTP_URL, MAIL_FROM: mail needs both; set the other one too, or neither.')
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    dataDir: value.DATA_DIR,
    databaseUrl: value.DATABASE_URL,
    publicUrl,
    keyFile: value.KEY_FILE ?? join(value.DATA_DIR, 'key'),
    allowNetworkFileSystem: value.ALLOW_NETWORK_FILE_SYSTEM,
    logLevel: value.LOG_LEVEL,
    maxBodyBytes: value.MAX_BODY_BYTES,
    maxWaitingDeliveries: value.MAX_WAITING_DELIVERIES,
    maxWaitingBytes: value.MAX_WAITING_BYTES,
    acceptWithinMs: value.ACCEPT_WITHIN_MS,
    sourceRate: { perSecond: value.SOURCE_RATE, burst: value.SOURCE_BURST },
    retention,
    drainDelayMs: value.DRAIN_DELAY_MS,
    signIn: signInOf(value),
    outbound: value.OUTBOUND_ALLOW,
    mailServer:
      value.SMTP_URL === undefined || value.MAIL_FROM === undefined
        ? undefined
        : { url: value.SMTP_URL, from: value.MAIL_FROM },
  })
}

function signInOf(value: Settings): SignInSettings {
  const oidc = oidcOf(value)
  const proxy = proxyOf(value)
  if (!value.PASSWORD_SIGN_IN && !oidc)
    throw new BadConfig(
      'PASSWORD_SIGN_IN: nobody could show who they are, and a proxy cannot ask people again; set OIDC_ISSUER as well.',
    )
  return {
    passwords: value.PASSWORD_SIGN_IN,
    secondFactorRoles: value.SECOND_FACTOR_ROLES,
    oidc,
    proxy,
    trustedProxies: value.TRUSTED_PROXIES,
  }
}

function oidcOf(value: Settings): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = value
  if (issuer === undefined) return undefined
  if (clientId === undefined) throw new BadConfig('OIDC_CLIENT_ID: the provider knows this server by it; set it.')
  if (issuer.startsWith('http:') && !isLoopback(new URL(issuer).hostname))
    throw new BadConfig('OIDC_ISSUER: plain http is for loopback only; use https://.')
  return {
    issuer,
    clientId,
    clientSecret: value.OIDC_CLIENT_SECRET,
    scopes: value.OIDC_SCOPES,
    label: value.OIDC_LABEL,
    map: value.OIDC_ROLES,
    defaultRole: value.OIDC_DEFAULT_ROLE,
  }
}

function proxyOf(value: Settings): ProxySignIn | undefined {
  const { PROXY_USER_HEADER: userHeader } = value
  if (userHeader === undefined) return undefined
  if (value.TRUSTED_PROXIES === undefined)
    throw new BadConfig('PROXY_USER_HEADER: anybody can send a header; name the proxy in TRUSTED_PROXIES.')
  return {
    userHeader,
    emailHeader: value.PROXY_EMAIL_HEADER,
    groupsHeader: value.PROXY_GROUPS_HEADER,
    map: value.PROXY_ROLES,
    defaultRole: value.PROXY_DEFAULT_ROLE,
  }
}

/**
 * The configuration once the server listens on `port`: with PORT=0 only now the default PUBLIC_URL can name the port
 * people will use. A PUBLIC_URL that was set stands.
 */
export const settlePort = (config: Config, port: number): Config =>
  Object.freeze({
    ...config,
    port,
    publicUrl:
      config.publicUrl === addressOf(config.host, config.port) ? addressOf(config.host, port) : config.publicUrl,
  })

const addressOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** The configuration for people and logs, passwords masked. */
export function describeConfig(config: Config): Record<string, string | number> {
  return {
    host: config.host,
    port: config.port,
    publicUrl: config.publicUrl,
    database: config.databaseUrl ? maskPassword(config.databaseUrl) : `SQLite in ${config.dataDir}`,
    keyFile: config.keyFile,
    logLevel: config.logLevel,
    maxBodyBytes: config.maxBodyBytes,
    maxWaitingDeliveries: config.maxWaitingDeliveries,
    maxWaitingBytes: config.maxWaitingBytes,
    acceptWithinMs: config.acceptWithinMs,
    sourceRate: config.sourceRate.perSecond,
    sourceBurst: config.sourceRate.burst,
    keepBodiesDays: config.retention.bodiesDays,
    keepFailedDays: config.retention.failedDays,
    keepDeliveriesDays: config.retention.deliveriesDays,
    keepNotificationsDays: config.retention.notificationsDays,
    keepReportsDays: config.retention.reportsDays,
    drainDelayMs: config.drainDelayMs,
    signIn: describeSignIn(config.signIn),
    outbound: config.outbound.text === '' ? 'public internet' : `public internet, ${config.outbound.text}`,
    mail: config.mailServer ? `${new URL(config.mailServer.url).host}, from ${config.mailServer.from}` : 'none',
  }
}

const describeSignIn = ({ passwords, oidc, proxy }: SignInSettings): string =>
  [
    ...(passwords ? ['passwords and passkeys'] : []),
    ...(oidc ? [oidc.issuer] : []),
    ...(proxy ? [`the proxy’s header ${proxy.userHeader}`] : []),
  ].join(', ')

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname)

function withSecretFiles(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  // An empty variable is how many deployment tools say "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  for (const name of SECRET_SETTINGS) {
    const file = given[`${name}_FILE`]
    if (!file) continue
    if (given[name]) throw new BadConfig(`${name}: set either ${name} or ${name}_FILE, not both`)
    try {
      given[name] = readFileSync(file, 'utf8').trim()
    } catch (error) {
      throw new BadConfig(`${name}_FILE: ${(error as Error).message}`)
    }
  }
  return given
}

const shown = (name: PropertyKey | undefined, given: Record<string, string | undefined>): string => {
  const value = given[String(name)]
  if (value === undefined) return 'nothing'
  return (SECRET_SETTINGS as readonly PropertyKey[]).includes(name ?? '') ? 'a value not shown' : JSON.stringify(value)
}

const maskPassword = (url: string): string =>
  url.replace(/^([a-z]+:\/\/[^:/?#@]*):.*@/i, '$1:****@').replace(/([?&]password=)[^&]*/i, '$1****')
