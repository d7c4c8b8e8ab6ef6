/**
 * The links of a node: at most one for each peer, dialed when needed, kept where asked, whoever dialed first.
 */
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { equalBytes, toHex } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { LinkHistory } from './history.ts';
import type { Link, LinkEnd } from './link.ts';
import { Redial } from './redial.ts';

/** What happens to the links, for those who show it or build on it. */
export type LinkEvent =
  | { readonly kind: 'connecting'; readonly nodeId: Uint8Array }
  | { readonly kind: 'open'; readonly nodeId: Uint8Array; readonly link: Link }
  | { readonly kind: 'closed'; readonly nodeId: Uint8Array; readonly link: Link; readonly end: LinkEnd }
  /** `retryMs`: when the next attempt follows by itself. */
  | { readonly kind: 'failed'; readonly nodeId: Uint8Array; readonly error: unknown; readonly retryMs?: number };

export interface LinkPoolOptions {
  /** This node's key. */
  readonly nodeId: Uint8Array;
  /** Opens a new link to the peer, wherever it is. */
  readonly dial: (nodeId: Uint8Array, signal: AbortSignal) => Promise<Link>;
  readonly onEvent: (event: LinkEvent) => void;
  /**
   * What must be done while a link that makes way for another still takes calls. Resolves to whether it stays after all,
   * because the other one was closed. Never rejects.
   */
  readonly beforeWay?: (link: Link, next: Link) => Promise<boolean>;
  /** A link opened, makes way or ended: `all` and `history` answer anew. */
  readonly onChange?: () => void;
}

/**
 * Links of one peer that may make way at a time. Reconnecting uses one or two; a peer that opens link after link would
 * else have us hold as many as it opens in the time of a drain.
 */
const MAX_LEAVING = 4;

/** Connecting at each of a peer's addresses, and the hello. */
const renewMs = 15_000;

/** Two links that opened within this time of each other may be one dial from each side. */
const simultaneousMs = 5_000;

interface Slot {
  readonly nodeId: Uint8Array;
  link?: Link;
  dialing?: { readonly promise: Promise<Link>; readonly stop: AbortController };
  /** Links that made way for `link`, and end when their calls have. */
  readonly leaving: Set<Link>;
  /** Dial again by itself. */
  keep: boolean;
  timer?: NodeJS.Timeout;
  readonly redial: Redial;
}

/** A link that has not ended, by its number. */
export interface PooledLink {
  /** Counts the links of this pool, from 1. */
  readonly id: number;
  readonly link: Link;
}

export class LinkPool {
  readonly history = new LinkHistory();
  readonly #options: LinkPoolOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #ids = new Map<Link, number>();
  #lastId = 0;
  #closed = false;

  constructor(options: LinkPoolOptions) {
    this.#options = options;
  }

  /** The link of each peer that has one. */
  links(): Link[] {
    return [...this.#slots.values()].flatMap(({ link }) => link ?? []);
  }

  /** Every link that has not ended, those that make way for another included; oldest first. */
  all(): PooledLink[] {
    return [...this.#ids].map(([link, id]) => ({ id, link }));
  }

  /** The link to a peer, dialed if there is none that takes calls. Fails with what the dial fails with. */
  linkTo(nodeId: Uint8Array): Link | Promise<Link> {
    const slot = this.#slot(nodeId);
    if (slot.link?.isUsable) return slot.link;
    if (this.#closed) return Promise.reject(shuttingDown());
    return (slot.dialing ?? this.#dial(slot)).promise;
  }

  /** From now on a link to the peer is kept, and opened again whenever it is lost; or no longer. */
  keep(nodeId: Uint8Array, keep: boolean): void {
    const slot = this.#slot(nodeId);
    slot.keep = keep;
    clearTimeout(slot.timer);
    if (keep && !slot.link?.isUsable && !slot.dialing && !this.#closed) this.#dial(slot).promise.catch(ignoreTold);
  }

  /** Takes a link that was opened elsewhere: the other side dialed it, or a direct path to a relayed peer was found. */
  adopt(link: Link): void {
    if (this.#closed) link.close(CloseReason.SHUTDOWN, 'the node shuts down');
    else this.#install(this.#slot(link.peerNodeId), link);
  }

  /**
   * Opens a new link in the place of this one, whose calls end on it: this node's key is another now, so to the peer it is
   * the link of another. Does nothing if one has that place already: of two new links both ends must keep the same one.
   * Fails with what the dial fails with.
   */
  async renew(old: Link): Promise<void> {
    const slot = this.#slot(old.peerNodeId);
    const isReplaced = () => slot.link !== undefined && slot.link !== old;
    if (isReplaced()) return;
    const link = await this.#options.dial(old.peerNodeId, AbortSignal.timeout(renewMs));
    if (this.#closed) return link.close(CloseReason.SHUTDOWN, 'the node shuts down');
    if (isReplaced()) return this.#install(slot, link);
    this.#enter(slot, link);
    this.#use(slot, link);
  }

  /** The open link to a peer that takes calls, if there is one. */
  usable(nodeId: Uint8Array): Link | undefined {
    const link = this.#slots.get(toHex(nodeId))?.link;
    return link?.isUsable ? link : undefined;
  }

  /** The key is trusted no longer: its link ends now. */
  revoke(nodeId: Uint8Array): void {
    const slot = this.#slots.get(toHex(nodeId));
    if (!slot) return;
    slot.keep = false;
    clearTimeout(slot.timer);
    slot.dialing?.stop.abort(shuttingDown());
    for (const link of linksOf(slot)) link.close(CloseReason.UNTRUSTED, 'this key is trusted no longer');
    if (!slot.link) this.#slots.delete(toHex(nodeId));
  }

  /** Lets calls under way end, then closes every link. Resolves when all have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#slots.values()].map(async (slot) => {
      clearTimeout(slot.timer);
      slot.dialing?.stop.abort(shuttingDown());
      await Promise.all(linksOf(slot).map((link) => link.drain(CloseReason.SHUTDOWN, 'the node shuts down')));
    });
    await Promise.all(ends);
  }

  #slot(nodeId: Uint8Array): Slot {
    const key = toHex(nodeId);
    const known = this.#slots.get(key);
    if (known) return known;
    const slot: Slot = { nodeId, keep: false, leaving: new Set(), redial: new Redial(Date.now()) };
    this.#slots.set(key, slot);
    return slot;
  }

  /**
   * The link is silent: perhaps it is dead and nobody was told. Another that opens takes its place; if none does, nothing
   * has happened.
   */
  #doubt(slot: Slot, link: Link): void {
    if (slot.link !== link || slot.dialing || this.#closed || !(link.dialed || slot.keep)) return;
    this.#dial(slot).promise.catch(ignoreTold);
  }

  #dial(slot: Slot): { promise: Promise<Link>; stop: AbortController } {
    clearTimeout(slot.timer);
    const stop = new AbortController();
    const dialing = { promise: this.#dialed(slot, stop.signal), stop };
    slot.dialing = dialing;
    if (!slot.link) this.#options.onEvent({ kind: 'connecting', nodeId: slot.nodeId });
    return dialing;
  }

  async #dialed(slot: Slot, signal: AbortSignal): Promise<Link> {
    try {
      const link = await this.#options.dial(slot.nodeId, signal);
      delete slot.dialing;
      if (signal.aborted) link.close(CloseReason.REQUESTED, 'no longer wanted');
      else this.#install(slot, link);
      return slot.link ?? link;
    } catch (error) {
      delete slot.dialing;
      // The other side dialed meanwhile: that link is as good as ours.
      if (slot.link) return slot.link;
      this.#again(slot, error);
      throw error;
    }
  }

  /** Keeps one of two links of a pair, by a rule that both ends compute alike. */
  #install(slot: Slot, link: Link): void {
    const other = slot.link;
    this.#enter(slot, link);
    if (other && !this.#replaces(link, other)) {
      makeWay(slot, link);
      this.#options.onChange?.();
      return;
    }
    this.#use(slot, link);
  }

  #enter(slot: Slot, link: Link): void {
    this.#ids.set(link, ++this.#lastId);
    void link.closed.then((end) => this.#ended(slot, link, end));
    link.onSilence(() => this.#doubt(slot, link));
    link.onDraining((reason) => this.#draining(slot, link, reason));
  }

  /** The link takes no more calls. If nothing has its place, another is dialed now, not when its last call has ended. */
  #draining(slot: Slot, link: Link, reason: CloseReason): void {
    if (slot.link !== link || slot.dialing || reason === CloseReason.SHUTDOWN) return;
    this.#scheduleRedial(slot);
  }

  #use(slot: Slot, link: Link): void {
    const other = slot.link;
    slot.link = link;
    slot.redial.reset();
    clearTimeout(slot.timer);
    this.#options.onEvent({ kind: 'open', nodeId: slot.nodeId, link });
    if (other) void this.#makeWay(slot, other, link);
    this.#options.onChange?.();
  }

  async #makeWay(slot: Slot, link: Link, next: Link): Promise<void> {
    slot.leaving.add(link);
    const mayAsk = !link.isSilent && slot.leaving.size <= MAX_LEAVING;
    const stays = mayAsk ? this.#options.beforeWay?.(link, next) : undefined;
    if (!stays || !(await stays) || slot.link?.isUsable || !link.isUsable) return makeWay(slot, link);
    slot.leaving.delete(link);
    this.#use(slot, link);
  }

  /**
   * Two links opened at once: the direct one stays, and of two of a kind, dialed from both sides, the one that the lower
   * node id dialed. In all other cases (the peer started anew, its network changed, the old link is dead and nobody
   * knows yet) the newer link is the better one.
   */
  #replaces(link: Link, other: Link): boolean {
    if (!other.isUsable) return true;
    const samePeer = equalBytes(link.hello.instanceId, other.hello.instanceId);
    const race = samePeer && link.openTimeMs - other.openTimeMs < simultaneousMs;
    if (race && isRelayed(link) !== isRelayed(other)) return isRelayed(other);
    if (!race || link.dialed === other.dialed) return true;
    const weAreLower = Buffer.compare(this.#options.nodeId, link.peerNodeId) < 0;
    return link.dialed === weAreLower;
  }

  #ended(slot: Slot, link: Link, end: LinkEnd): void {
    this.history.add(this.#ids.get(link) ?? 0, link, end);
    this.#ids.delete(link);
    slot.leaving.delete(link);
    this.#options.onChange?.();
    if (slot.link !== link) return;
    delete slot.link;
    slot.redial.lost(Date.now());
    this.#options.onEvent({ kind: 'closed', nodeId: slot.nodeId, link, end });
    this.#scheduleRedial(slot, end.retryDelayMs);
  }

  #again(slot: Slot, error: unknown): void {
    const retryMs = this.#scheduleRedial(slot);
    const next = retryMs === undefined ? {} : { retryMs };
    this.#options.onEvent({ kind: 'failed', nodeId: slot.nodeId, error, ...next });
  }

  #scheduleRedial(slot: Slot, askedMs?: number): number | undefined {
    if (!slot.keep || this.#closed) return undefined;
    const pauseMs = slot.redial.next(Date.now(), askedMs);
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => this.keep(slot.nodeId, true), pauseMs).unref();
    return pauseMs;
  }
}

function isRelayed(link: Link): boolean {
  return link.via !== undefined;
}

/** Every open link to the peer. */
function linksOf({ link, leaving }: Slot): Link[] {
  return link ? [link, ...leaving] : [...leaving];
}

/**
 * Calls under way on a link that another one replaces go on; new ones do not begin. On a silent one they would wait for
 * nothing: they are lost at once, and asked for again where that is safe.
 */
function makeWay(slot: Slot, link: Link): void {
  if (link.isSilent) {
    link.close(CloseReason.HEARTBEAT_TIMEOUT, 'it was silent, and another link opened');
    return;
  }
  slot.leaving.add(link);
  const [oldest] = slot.leaving;
  if (slot.leaving.size > MAX_LEAVING) oldest?.close(CloseReason.DUPLICATE, 'too many links of this peer make way');
  void link.drain(CloseReason.DUPLICATE, 'the two nodes have another link');
}

/** The failure was told as an event. */
function ignoreTold(error: unknown): void {
  messageOf(error);
}

function shuttingDown(): LocalError {
  return new LocalError('LINK_UNWANTED', 'no link to this peer is wanted any more');
}
