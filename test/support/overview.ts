import { loadOverview } from '../../src/web/routes/overview.tsx'

/** What the overview says of a server that has received something. */
export async function seeOverview(...asked: Parameters<typeof loadOverview>) {
  const seen = await loadOverview(...asked)
  if (!seen) throw new Error('nothing was ever received')
  return seen
}
