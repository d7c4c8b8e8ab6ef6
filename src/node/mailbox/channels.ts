import { LocalError } from '../../base/errors.ts';

/** A node without channels. */
export async function channelsLater(): Promise<never> {
  throw new LocalError('TARGET_UNKNOWN', 'this node has no channels', {
    help: 'send to a group ("@group") or to all ("*") instead',
  });
}
