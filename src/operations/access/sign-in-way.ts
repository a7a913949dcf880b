/** How a session began. The first is what sessions have that began before others were known. */
export const SIGN_IN_WAYS = ['password', 'password-and-code', 'passkey', 'oidc', 'proxy'] as const
export type SignInWay = (typeof SIGN_IN_WAYS)[number]

export const isSignInWay = (way: string): way is SignInWay => (SIGN_IN_WAYS as readonly string[]).includes(way)
