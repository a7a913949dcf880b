import { percent, told } from '../attribution/words.ts'
import type { Occurrence } from './rule.ts'

/** What happened, in one line for lists and messages. */
export function occurrenceWords({
  kind,
  defect,
  release,
  probability,
  service,
  environment,
  verdict,
  signal,
}: Occurrence): string {
  const where = environment ? ` in ${environment.name}` : ''
  const version = release ? `${service.name} ${told(release.version)}` : service.name
  switch (kind) {
    case 'blamed':
      return `PF-${defect?.id} (${defect?.severity}) is put down to ${version}${where} with ${percent(probability ?? 0)}: ${defect?.title}`
    case 'regressed':
      return `PF-${defect?.id} (${defect?.severity}) is back in ${version}${where}: ${defect?.title}`
    case 'verdict':
      return `${version}${where} is ${verdict}`
    case 'signal':
      return `${service.name}${where}: ${signal?.sentence}`
  }
}
