import type { Child } from 'hono/jsx'
import { FieldIdContext } from '../components/form-parts.tsx'

/** Where a step of signing in stands: on a page of its own, or in a dialog over the page whose session has ended. */
export type SignInPlace = 'page' | 'dialog'

interface SignInFrameProps {
  readonly place: SignInPlace
  readonly title: string
  readonly children?: Child
}

/** Either step of signing in, under its heading. In the dialog the fields have ids of their own: those of the page stay. */
export const SignInFrame = ({ place, title, children }: SignInFrameProps) =>
  place === 'page' ? (
    <>
      <h1>{title}</h1>
      <section class="panel">{children}</section>
    </>
  ) : (
    <FieldIdContext.Provider value="sign-in-">
      <h2 id="sign-in-title">{title}</h2>
      <p class="fs13 mb16">Your session ended. Sign in to go on; what you typed is still here.</p>
      {children}
      <form method="dialog" class="signin-other">
        <button type="submit" class="btn full">
          Cancel
        </button>
      </form>
    </FieldIdContext.Provider>
  )
