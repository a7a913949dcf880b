import { type Child, createContext, useContext } from 'hono/jsx'

/** Where this server is for who prints the page; undefined: the reader may go nowhere from here. */
export const HomeContext = createContext<string | undefined>(undefined)

/** A link whose address also stands on paper; plain text for readers who are not let in. */
export function ReportLink({ path, children }: { path: string; children?: Child }) {
  const home = useContext(HomeContext)
  return home === undefined ? (
    <span>{children}</span>
  ) : (
    <a href={path} data-address={home + path}>
      {children}
    </a>
  )
}
