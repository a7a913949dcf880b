// The entry of the pruning thread; see processing-thread.mjs.
const compiled = !import.meta.url.includes('/src/') || import.meta.url.includes('/dist/src/')
if (!compiled) (await import('tsx/esm/api')).register()
await import(compiled ? './pruning-worker.js' : './pruning-worker.ts')
