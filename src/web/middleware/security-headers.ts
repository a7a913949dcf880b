import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Config } from '../../config.ts'
import type { Env } from '../env.ts'

const NONE = ["'none'"]
const SELF = ["'self'"]

/**
 * The headers of every answer, errors included. Scripts and styles come from our own files alone, nothing may frame
 * us, and browser features we do not use are off.
 */
export const securityHeaders = (config: Pick<Config, 'publicUrl'>): MiddlewareHandler<Env> =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: NONE,
      scriptSrc: SELF,
      styleSrc: SELF,
      imgSrc: ["'self'", 'data:'],
      connectSrc: SELF,
      fontSrc: SELF,
      formAction: SELF,
      baseUri: NONE,
      frameAncestors: NONE,
      objectSrc: NONE,
      requireTrustedTypesFor: ["'script'"],
      // The one policy our own script makes so that htmx can parse answers of this server.
      trustedTypes: ['htmx'],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // Told over plain http it means nothing, and after a trial on http it would lock the host name out.
    strictTransportSecurity: config.publicUrl.startsWith('https:') ? 'max-age=31536000' : false,
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    permissionsPolicy: {
      camera: [],
      displayCapture: [],
      geolocation: [],
      microphone: [],
      payment: [],
      publickeyCredentialsGet: [],
      screenWakeLock: [],
      serial: [],
      usb: [],
    },
  })
