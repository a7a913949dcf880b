import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Short files that take long: they start servers and kill them, or tell many histories. */
const LONG = /\/test\/(journeys\/|operations\/order-of-arrival|store\/migration\/|browser\/(pages|hostile-people))/

/**
 * Begins with what takes longest, so that no worker is left alone with it at the end. Vitest goes by how long each took
 * the last time, and where it has not been run by its size, which says little of these.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
