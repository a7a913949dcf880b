// The entry of the thread that reads a calendar; see processing-thread.mjs.
const compiled = !import.meta.url.includes('/src/') || import.meta.url.includes('/dist/src/')
if (!compiled) (await import('tsx/esm/api')).register()
await import(compiled ? './calendar-worker.js' : './calendar-worker.ts')
