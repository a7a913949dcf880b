import { raw } from 'hono/html'

/**
 * Data for a script, as a block that no browser runs. In a script element nothing is unescaped when it is read, so the
 * escaping of the templates would spoil it; instead no character is left that could end the element or begin a comment.
 */
export const JsonScript = ({ data }: { data: unknown }) => (
  <script type="application/json">{raw(scriptJson(data))}</script>
)

/** JSON without `<`, `>`, `&` and the line ends that JavaScript has beside JSON's. */
export const scriptJson = (data: unknown): string =>
  JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
