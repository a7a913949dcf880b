import { type Child, createContext, useContext } from 'hono/jsx'

/** Where this server is for who prints the page, and whether it is read from a file of its own. */
export interface Home {
  readonly url: string
  readonly isFar?: boolean
}

/** Undefined: the reader may go nowhere from here. */
export const HomeContext = createContext<Home | undefined>(undefined)

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
    <a href={home.isFar ? home.url + path : path} {...(isPrinted ? { 'data-address': home.url + path } : {})}>
      {children}
    </a>
  )
}
