// The entry of the learning thread; see processing-thread.mjs.
const compiled = !import.meta.url.includes('/src/') || import.meta.url.includes('/dist/src/')
if (!compiled) (await import('tsx/esm/api')).register()
await import(compiled ? './learning-worker.js' : './learning-worker.ts')
