import { Icon } from '../components/icon.tsx'
import { PageHead, Panel } from '../components/page-parts.tsx'
import { namesPath } from '../paths.ts'
import { sourcePath } from './snippets.ts'
import { LastDelivery, RefusedWord, RepairWord, type SourceState } from './source-state.tsx'
import { WAYS, wayPath, wayWords } from './ways.ts'

export interface SetUpIndexProps {
  readonly sources: readonly SourceState[]
  /** Channels are the admins'. */
  readonly isAdmin: boolean
  readonly now: number
}

export function SetUpIndexPage({ sources, isAdmin, now }: SetUpIndexProps) {
  return (
    <>
      <PageHead
        title="Set up"
        sub={<span>Connect what deploys and what finds defects. Each way takes about five minutes.</span>}
      />
      <ul class="cards gap">
        {WAYS.map((way) => (
          <li>
            <a class="card" href={wayPath(way)}>
              <Icon name={wayWords[way].icon} />
              <span>
                <b>{wayWords[way].name}</b>
                <small>{wayWords[way].sentence}</small>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {isAdmin ? (
        <ul class="cards gap">
          <li>
            <a class="card" href="/admin/channels">
              <Icon name="comment" />
              <span>
                <b>Tell people</b>
                <small>Slack, Teams, Discord, Mattermost, e-mail or a webhook, when something happens.</small>
              </span>
            </a>
          </li>
        </ul>
      ) : null}
      <Panel id="sources" title="Sources" hint="What can send to this server now">
        <section class="tw" tabindex={0} aria-label="Sources, table">
          <table class="t named">
            <caption>
              Sources, when they last delivered, what was refused, and whether anything of them is missing
            </caption>
            <thead>
              <tr>
                <th scope="col">Source</th>
                <th scope="col">Address</th>
                <th scope="col">Last delivery</th>
                <th scope="col">Refused</th>
                <th scope="col">Gap repair</th>
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <tr>
                  <td>
                    <a href={namesPath(source.slug)}>
                      {source.name}
                      <span class="vh">: its names</span>
                    </a>
                  </td>
                  <td class="nw" data-col="Address">
                    <code>{sourcePath(source)}</code>
                  </td>
                  <td class="nw" data-col="Last delivery">
                    <LastDelivery source={source} now={now} />
                  </td>
                  <td class="nw" data-col="Refused">
                    <RefusedWord source={source} now={now} />
                  </td>
                  <td class="nw" data-col="Gap repair">
                    <RepairWord repair={source.repair} now={now} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Panel>
    </>
  )
}
