import { type Child, createContext, useContext } from 'hono/jsx'

/** Where this server is for who prints the page; undefined: the reader may go nowhere from here. */
export const HomeContext = createContext<string | undefined>(undefined)

interface ReportLinkProps {
  readonly path: string
  /** Its address stands on paper, too. */
  readonly isPrinted?: boolean
  readonly children?: Child
}

/** A link; plain text for readers who are not let in. */
export function ReportLink({ path, isPrinted = false, children }: ReportLinkProps) {
  const home = useContext(HomeContext)
  return home === undefined ? (
    <span>{children}</span>
  ) : (
    <a href={path} {...(isPrinted ? { 'data-address': home + path } : {})}>
      {children}
    </a>
  )
}
