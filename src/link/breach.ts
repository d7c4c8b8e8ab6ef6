import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';

/** The other side broke the protocol or passed a limit: the link ends with this reason. Never leaves `link/`. */
export class Breach extends Error {
  override readonly name = 'Breach';
  readonly closeReason: CloseReason;

  constructor(closeReason: CloseReason, message: string) {
    super(message);
    this.closeReason = closeReason;
  }
}

/** A frame that cannot be read, or that has no place where it came. */
export function protocolBreach(message: string): Breach {
  return new Breach(CloseReason.PROTOCOL_ERROR, message);
}

/** More than docs/LIMITS.md allows. */
export function limitBreach(message: string): Breach {
  return new Breach(CloseReason.LIMIT_EXCEEDED, message);
}
