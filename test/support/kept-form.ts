/** Where the sign-in page leads afterwards. */
export const nextOf = (answer: Response): string =>
  new URL(
    answer.headers.get('Location') ?? answer.headers.get('HX-Redirect') ?? '',
    'http://own.invalid',
  ).searchParams.get('next') ?? ''

/** What the form of a page would send, hidden fields and all; what is to be typed is empty. */
export function formIn(html: string): {
  readonly action: string
  readonly fields: readonly (readonly [string, string])[]
} {
  const form = /<form method="post" action="(\/[^"]*)"[^>]*>(?:(?!<\/form>).)*_csrf.*?<\/form>/s.exec(
    html.slice(html.indexOf('id="kept"')),
  )
  const fields = [...(form?.[0] ?? '').matchAll(/<input[^>]*>/g)].map(([input]) => {
    const attribute = (name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? '')
    return [attribute('name'), attribute('value')] as const
  })
  return { action: unescaped(form?.[1] ?? ''), fields }
}

const unescaped = (text: string): string =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
