import { CHANNEL_KINDS } from '../../outbound/channels/index.ts'

/** A kind of channel, as far as a form needs it. */
export type ChannelKindChoice = Pick<(typeof CHANNEL_KINDS)[number], 'kind' | 'label' | 'fields'>

/** In the order of the form. */
export const channelKinds: readonly ChannelKindChoice[] = CHANNEL_KINDS
