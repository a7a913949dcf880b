import type { Page } from 'playwright-core'

/** What of a page only a hostile text can have made: elements with attributes that would run something. */
export const strangersOn = (page: Page): Promise<string[]> =>
  page.$$eval('*', (elements) =>
    elements.flatMap((element) =>
      [...element.attributes]
        .filter(
          ({ name, value }) =>
            /^on|^hx-on/i.test(name) ||
            name === 'srcdoc' ||
            (/^(href|src|action|formaction|data)$/i.test(name) && /^\s*(javascript|data|vbscript):/i.test(value)),
        )
        .map(({ name, value }) => `<${element.localName} ${name}="${value}">`),
    ),
  )
