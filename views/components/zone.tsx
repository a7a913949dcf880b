import { createContext, useContext } from 'hono/jsx'

/** The time zone of whoever looks at the page; its frame provides it, so that not every part must hand it on. */
export const ZoneContext = createContext('UTC')

export const useZone = (): string => useContext(ZoneContext)
