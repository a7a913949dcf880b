import { z } from 'zod'

/** What browsers send back from an authenticator (WebAuthn Level 3, 5.1), as far as it is read. Bytes are base64url. */

const bytes = z
  .string()
  .min(1)
  .max(8_000)
  .regex(/^[\w-]+$/)
const credential = {
  id: bytes.max(1_400),
  rawId: bytes.max(1_400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
}

export const registrationMessage = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .optional()
      .catch(undefined),
  }),
})

export const assertionMessage = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.max(200),
  }),
})
