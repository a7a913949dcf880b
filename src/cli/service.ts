import { Command } from 'commander'
import { ORDER_POLICIES, type OrderPolicy } from '../core/version-order.ts'
import { setOrderPolicy } from '../operations/set-order-policy.ts'
import { withStore } from './open-store.ts'
import { CommandRefused } from './refusal.ts'
import { say, type Terminal } from './terminal.ts'

export function serviceCommand(terminal: Terminal): Command {
  const service = new Command('service').description('what is deployed on its own')
  service
    .command('order')
    .description('say how the releases of a service are put in order')
    .argument('<service>', 'its name')
    .argument('<policy>', `one of ${ORDER_POLICIES.join(', ')}`)
    .action(async (name: string, policy: string) => {
      if (!isPolicy(policy))
        throw new CommandRefused(`“${policy}” is no order policy; choose one of ${ORDER_POLICIES.join(', ')}.`)
      const releases = await withStore(terminal, (store) => setOrderPolicy(store, name, policy))
      if (releases === undefined) throw new CommandRefused(`There is no service “${name}”.`)
      say(terminal, `The ${releases} releases of ${name} are ordered by ${policy} now.`)
    })
  return service
}

const isPolicy = (text: string): text is OrderPolicy => (ORDER_POLICIES as readonly string[]).includes(text)
