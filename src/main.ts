import { setFlagsFromString } from 'node:v8'

/**
 * While the program is loaded, V8 lets the heap grow by so much of what lives before it collects: left alone it keeps
 * ten megabytes more for ever, of what fifteen hundred modules had left behind. An option of V8's own, so it is set
 * here and not for Node: a V8 that does not know it will say so and go on.
 */
const GROWTH_WHILE_LOADING_PERCENT = 20

setFlagsFromString(`--heap-growing-percent=${GROWTH_WHILE_LOADING_PERCENT}`)
// Not loaded before that is said.
const { main } = await import('./process.ts')
await main()
