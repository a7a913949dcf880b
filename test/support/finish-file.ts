import { afterAll } from 'vitest'
import { finishFile } from './file-end.ts'

/** A file of its own, to run for every test file: modules may be shared between those, and what they set up with them. */
afterAll(finishFile)
