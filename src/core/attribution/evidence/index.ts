import type { EvidenceSource } from '../context.ts'
import { notSeenElsewhere, seenBefore } from './elsewhere.ts'
import { component, files } from './files.ts'
import { commit, deployment, link } from './named.ts'
import { mention, statedVersion } from './naming.ts'
import { changeSize, dependency, otherDefects, startingPoint } from './release.ts'
import { time } from './time.ts'
import { undone } from './undone.ts'

/** Every kind of evidence, in the order in which it is weighed and read: from what is always known to what names a release. */
export const EVIDENCE: readonly EvidenceSource[] = [
  startingPoint,
  dependency,
  changeSize,
  otherDefects,
  time,
  statedVersion,
  files,
  component,
  mention,
  seenBefore,
  notSeenElsewhere,
  link,
  commit,
  deployment,
  undone,
]
