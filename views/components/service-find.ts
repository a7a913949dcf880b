import { createContext, useContext } from 'hono/jsx'

/** What the address asks the menu of services to find; undefined: nothing. Its frame provides it to every page. */
export const ServiceFindContext = createContext<string | undefined>(undefined)

export const useServiceFind = (): string | undefined => useContext(ServiceFindContext)
