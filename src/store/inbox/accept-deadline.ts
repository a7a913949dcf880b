/** It is not on disk in time. It may be soon: whoever sends it again is then told that it is there already. */
export class NotInTime extends Error {}

/** What `work` gives, unless that takes longer than `ms`; the work itself goes on. Rejects with NotInTime. */
export function acceptedWithin<T>(ms: number, work: Promise<T>): Promise<T> {
  if (ms === Number.POSITIVE_INFINITY) return work
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NotInTime(`not on disk after ${ms} ms`)), ms)
    work.then(
      (receipt) => {
        clearTimeout(timer)
        resolve(receipt)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
