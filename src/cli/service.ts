import { Command } from 'commander'
import { ORDER_POLICIES, type OrderPolicy } from '../core/release/version.ts'
import { setDependencies } from '../operations/services/set-dependencies.ts'
import { DETECTIONS, setDetection } from '../operations/services/set-detection.ts'
import { setOrderPolicy } from '../operations/services/set-order-policy.ts'
import { commandLineActor } from './actor.ts'
import { withStore } from './open-store.ts'
import { CommandRefused } from './refusal.ts'
import { say, type Terminal } from './terminal.ts'

export function serviceCommand(terminal: Terminal): Command {
  const asking = () => ({ now: terminal.clock(), by: commandLineActor() })
  const service = new Command('service').description('what is deployed on its own')
  service
    .command('order')
    .description('say how the releases of a service are put in order')
    .argument('<service>', 'its name')
    .argument('<policy>', `one of ${ORDER_POLICIES.join(', ')}`)
    .argument('[versions...]', 'for manual: its versions, the lowest first')
    .action(async (name: string, policy: string, listed: string[]) => {
      if (!isPolicy(policy))
        throw new CommandRefused(`“${policy}” is no order policy; choose one of ${ORDER_POLICIES.join(', ')}.`)
      if (policy === 'manual' && listed.length === 0)
        throw new CommandRefused(
          'List the versions in their order, the lowest first: service order <service> manual 1 2 3.',
        )
      if (policy !== 'manual' && listed.length > 0)
        throw new CommandRefused(`Only manual takes a list of versions, ${policy} finds the order itself.`)
      const releases = await withStore(terminal, (store) => setOrderPolicy(store, name, { policy, listed }, asking()))
      if (releases === undefined) throw new CommandRefused(`There is no service “${name}”.`)
      say(terminal, `The ${releases} releases of ${name} are ordered by ${policy} now.`)
    })
  service
    .command('depends')
    .description('say which services it depends on; their releases may have brought its defects')
    .argument('<service>', 'its name')
    .argument('[others...]', 'the names of all that it depends on; none: on no other')
    .action(async (name: string, others: string[]) => {
      const set = await withStore(terminal, (store) => setDependencies(store, name, others, asking()))
      if (set.outcome === 'unknown-service') throw new CommandRefused(`There is no service “${set.name}”.`)
      if (set.outcome === 'depends-on-itself') throw new CommandRefused(`${name} cannot depend on itself.`)
      say(terminal, `${name} depends on ${others.length > 0 ? others.join(', ') : 'no other service'} now.`)
    })
  service
    .command('detection')
    .description('say who runs it, and so how late its defects show')
    .argument('<service>', 'its name')
    .argument('<how>', 'hosted: you run it; shipped: your users do, for months or years after a release')
    .action(async (name: string, how: string) => {
      const detection = DETECTIONS.find((one) => one === how)
      if (!detection) throw new CommandRefused(`“${how}” is neither ${DETECTIONS.join(' nor ')}.`)
      const known = await withStore(terminal, (store) => setDetection(store, name, detection, asking()))
      if (!known) throw new CommandRefused(`There is no service “${name}”.`)
      say(terminal, `${name} is ${detection} now.`)
    })
  return service
}

const isPolicy = (text: string): text is OrderPolicy => (ORDER_POLICIES as readonly string[]).includes(text)
