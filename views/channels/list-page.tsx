import type { NotificationState } from '../../src/core/notifications/sending.ts'
import { CsrfField } from '../components/form-parts.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Empty, Note, PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Time, TimeAndAge } from '../components/time.tsx'
import { revealHidden } from '../hidden-characters.ts'
import { channelPath } from '../paths.ts'

export interface ChannelRow {
  readonly id: number
  readonly name: string
  readonly kindLabel: string
  /** Where it goes, without what is secret. */
  readonly shown: string
  readonly enabled: boolean
  readonly failures: number
  readonly heldUntil: number | undefined
  readonly lastSentAt: number | undefined
  readonly lastFailedAt: number | undefined
  readonly lastFailure: string | undefined
  readonly sentToday: number
}

export interface MessageRow {
  readonly id: number
  readonly at: number
  /** Undefined: a mail to one person. */
  readonly channel: string | undefined
  readonly title: string
  /** Where it leads. */
  readonly path: string
  readonly state: NotificationState
  /** It waits to be put together with others. */
  readonly waitsUntil: number | undefined
  readonly reason: string | undefined
}

export interface ChannelsProps {
  readonly channels: readonly ChannelRow[]
  readonly messages: readonly MessageRow[]
  readonly failedOnly: boolean
  /** What came of the test that was sent last. */
  readonly tested: MessageRow | undefined
  readonly hasMailServer: boolean
  readonly csrfToken: string
  readonly now: number
}

/** Whom Postflight tells, how that goes, and what was told. */
export function ChannelsPage(props: ChannelsProps) {
  const { channels, messages, tested, failedOnly, hasMailServer, csrfToken, now } = props
  return (
    <>
      <PageHead
        title="Channels"
        sub="Where people are told what happens, each message at least once."
        actions={
          <a class="btn pri" href="/admin/channels/new">
            New channel
          </a>
        }
      />
      <div class="ch-notes">
        {tested ? <TestResult tested={tested} /> : null}
        {hasMailServer ? null : (
          <Note>E-mail needs a mail server: set SMTP_URL and MAIL_FROM where Postflight is started.</Note>
        )}
      </div>
      <Panel id="channels" title="Channels">
        {channels.length === 0 ? (
          <Empty icon="info">Nobody is told anything yet.</Empty>
        ) : (
          <TableBox label="Channels">
            <table class="t">
              <caption>Channels, how they are doing, and a test for each</caption>
              <thead>
                <tr>
                  <th scope="col">Channel</th>
                  <th scope="col">Goes to</th>
                  <th scope="col">State</th>
                  <th scope="col">Last sent</th>
                  <th scope="col">Last failure</th>
                  <th scope="col" class="num">
                    Sent today
                  </th>
                  <th scope="col">
                    <span class="vh">Test</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {channels.map((channel) => (
                  <tr>
                    <td class="m-full">
                      <a href={channelPath(channel.id)}>{channel.name}</a>
                    </td>
                    <td class="m-full">
                      {channel.kindLabel}, {channel.shown}
                    </td>
                    <td class="nw m-full">
                      <ChannelState channel={channel} now={now} />
                    </td>
                    <td class={channel.lastSentAt === undefined ? 'nw m-hide' : 'nw m-full'}>
                      <span class="ch-said">Sent </span>
                      {channel.lastSentAt === undefined ? 'Never' : <TimeAndAge at={channel.lastSentAt} now={now} />}
                    </td>
                    <td class={channel.lastFailedAt === undefined ? 'm-hide' : 'm-full'}>
                      <span class="ch-said">Failed </span>
                      {channel.lastFailedAt === undefined ? (
                        'None'
                      ) : (
                        <>
                          <Time at={channel.lastFailedAt} now={now} />: {channel.lastFailure}
                        </>
                      )}
                    </td>
                    <td class="num m-hide">{channel.sentToday}</td>
                    <td class="m-full">
                      <form method="post" action={`${channelPath(channel.id)}/test`}>
                        <CsrfField token={csrfToken} />
                        <button type="submit" class="btn sm" aria-label={`Send a test to ${channel.name}`}>
                          Send a test
                        </button>
                      </form>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Panel>
      <Panel
        id="messages"
        title={failedOnly ? 'Messages that failed' : 'Recent messages'}
        end={
          failedOnly ? (
            <a href="/admin/channels#messages">All</a>
          ) : (
            <a href="/admin/channels?failed=1#messages">Failed ones</a>
          )
        }
      >
        {messages.length === 0 ? (
          <Empty icon="info">{failedOnly ? 'No message failed.' : 'No message was written yet.'}</Empty>
        ) : (
          <TableBox label="Messages">
            <table class="t">
              <caption>What was told, to whom, and what came of it</caption>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">To</th>
                  <th scope="col">Message</th>
                  <th scope="col">State</th>
                  <th scope="col">
                    <span class="vh">Send again</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {messages.map((message) => (
                  <tr>
                    <td class="nw">
                      <Time at={message.at} now={now} />
                    </td>
                    <td class="m-2">{message.channel ?? 'One person, by mail'}</td>
                    <td class="m-full">
                      <a href={message.path}>{revealHidden(message.title)}</a>
                    </td>
                    <td class="m-full">
                      <MessageState message={message} now={now} />
                    </td>
                    <td class="m-full">
                      {message.state === 'failed' ? (
                        <form method="post" action={`/admin/channels/messages/${message.id}/resending`}>
                          <CsrfField token={csrfToken} />
                          <button type="submit" class="btn sm" aria-label={`Send “${message.title}” again`}>
                            Send again
                          </button>
                        </form>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </Panel>
    </>
  )
}

function TestResult({ tested }: { tested: MessageRow }) {
  const to = tested.channel ?? 'the channel'
  return tested.state === 'sent' ? (
    <Note tone="ok" role="status">
      {to} took the test. Look whether it arrived.
    </Note>
  ) : (
    <Note tone="bad" role="alert">
      The test did not reach {to}. {tested.reason}
    </Note>
  )
}

const Badge = ({ tone, icon, children }: { tone: string; icon: IconName; children: string }) => (
  <span class={`vd ${tone}`}>
    <Icon name={icon} />
    {children}
  </span>
)

function ChannelState({ channel, now }: { channel: ChannelRow; now: number }) {
  const { enabled, heldUntil, failures, lastSentAt } = channel
  if (!enabled)
    return (
      <Badge tone="na" icon="ring-slash">
        Off
      </Badge>
    )
  if (heldUntil !== undefined && heldUntil > now)
    return (
      <>
        <Badge tone="bad" icon="cross-ring">
          Failing
        </Badge>{' '}
        tried again at <Time at={heldUntil} now={now} />
      </>
    )
  if (failures > 0)
    return (
      <Badge tone="bad" icon="cross-ring">
        Failing
      </Badge>
    )
  return lastSentAt === undefined ? (
    <Badge tone="na" icon="ring-dashed">
      Not tried
    </Badge>
  ) : (
    <Badge tone="ok" icon="check-ring">
      Working
    </Badge>
  )
}

function MessageState({ message, now }: { message: MessageRow; now: number }) {
  const { state, waitsUntil, reason } = message
  switch (state) {
    case 'sent':
      return (
        <Badge tone="ok" icon="check-ring">
          Sent
        </Badge>
      )
    case 'failed':
      return (
        <>
          <Badge tone="bad" icon="cross-ring">
            Failed
          </Badge>{' '}
          {reason}
        </>
      )
    case 'sending':
      return (
        <Badge tone="acc" icon="ring-half">
          Being sent
        </Badge>
      )
    case 'ready':
      return (
        <>
          <Badge tone="na" icon="ring-dashed">
            Waiting
          </Badge>{' '}
          {waitsUntil === undefined ? null : (
            <>
              until <Time at={waitsUntil} now={now} />
            </>
          )}
          {reason ? `: ${reason}` : null}
        </>
      )
  }
}
