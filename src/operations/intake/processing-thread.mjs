// The entry of the processing thread. Plain JavaScript, because a worker's entry is loaded by Node itself: compiled it
// finds its compiled neighbour, in development it brings the loader for TypeScript along.
const compiled = !import.meta.url.includes('/src/') || import.meta.url.includes('/dist/src/')
if (!compiled) (await import('tsx/esm/api')).register()
await import(compiled ? './processing-worker.js' : './processing-worker.ts')
