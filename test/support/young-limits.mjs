import { getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'

// Loaded in every thread of a server under test (--import): how large its heap may be, which V8 fixes when it starts.
console.error(`heap of thread ${threadId}: ${getHeapStatistics().heap_size_limit / 1024 ** 2} MB`)
