/** What the words of a report mean, so that it can be read without the product at hand. */

const SHARED = [
  {
    term: 'Severity',
    text: 'How grave a defect is, from S1, the gravest, to S4. S1 and S2 are called severe.',
  },
  {
    term: 'Defect',
    text: 'A fault of the software. Several reports of several systems can be one defect, and count once.',
  },
  {
    term: 'Suspect',
    text: 'The release that most likely introduced a defect, by its evidence or by what people decided. A suspicion is no proof.',
  },
  {
    term: 'Emergency release',
    text: 'A rollback or a hotfix outside of the normal path. Its duration runs from its opening to its end.',
  },
] as const

export const RELEASE_DEFINITIONS = [
  {
    term: 'Verdict',
    text: 'Suspect: worse than earlier releases at the same age, or known to do harm. Watch: more defects than usual. Healthy: nothing unusual, and three times as many would show. Too early: not enough is known.',
  },
  {
    term: 'Expected',
    text: 'What the releases of the same service before it had shown by the same age, for the traffic this release had.',
  },
  ...SHARED,
] as const

export const PERIOD_DEFINITIONS = [
  {
    term: 'Found',
    text: 'Defects first seen in the period. Those that were merged into others do not count.',
  },
  {
    term: 'Fixed',
    text: 'Defects that are fixed or verified, by when they were resolved. One that came back is open again.',
  },
  {
    term: 'Failed deployment',
    text: 'One that was rolled back within 72 hours, or whose release has an S1 or S2 defect attributed to it. Deployments are judged when they are 72 hours old.',
  },
  ...SHARED,
] as const
