/** Where a link leads; the secret is in the query, which browsers send nowhere else (Referrer-Policy). */
export const accountLink = (publicUrl: string, kind: 'invitation' | 'reset', token: string): string =>
  `${publicUrl}/${kind === 'invitation' ? 'join' : 'reset-password'}?token=${token}`
