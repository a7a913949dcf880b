/** One line, with nothing in it that Markdown would take for more than text. */
export const plainMarkdown = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|]/g, '\\$&')
