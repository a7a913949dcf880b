import type { IconName } from '../components/icon.tsx'
import { Empty } from '../components/page-parts.tsx'
import { Day } from '../components/time.tsx'
import { withQuery } from '../paths.ts'
import { addressOf, type TrendsFrameProps } from './trends-frame.tsx'

/** The last deployment before a stretch of time, and as long a time up to then. */
export interface DayBefore {
  readonly at: number
  readonly time: TrendsFrameProps['scope']['time']
}

interface NothingThenProps {
  readonly icon: IconName
  readonly scope: TrendsFrameProps['scope']
  readonly path: string
  readonly words: string
  readonly before: DayBefore | undefined
  readonly now: number
}

/** Nothing happened in the time asked for: when something last did, and the way there. */
export function NothingThen({ icon, scope, path, words, before, now }: NothingThenProps) {
  if (!scope.environment)
    return (
      <Empty icon={icon} action={<a href="/setup">Connect your CI</a>}>
        No deployments yet.
      </Empty>
    )
  if (!before) return <Empty icon={icon}>{words}</Empty>
  return (
    <Empty
      icon={icon}
      action={
        <a class="btn sm" href={withQuery(path, { ...addressOf(scope), ...before.time })}>
          Show the {scope.range.text} up to then
        </a>
      }
    >
      {words} The last deployment before that was on <Day at={before.at} now={now} />.
    </Empty>
  )
}
