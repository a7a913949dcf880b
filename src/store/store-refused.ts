/** The database cannot be used as it is; the message says what to do. */
export class StoreRefused extends Error {}
