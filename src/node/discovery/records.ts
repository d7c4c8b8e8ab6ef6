/**
 * What a node says of itself on the local network, in the form of DNS-SD (RFC 6763): its node id and its port, nothing else.
 * The address is where the packet came from: nobody can announce a place that is not its own.
 */
import type { QueryPacket, ResponseOutgoingPacket, ResponsePacket } from 'multicast-dns';
import { toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { formatNodeId, parseNodeId } from '../../trust/node-id.ts';
import { MAX_RECORDS } from './limits.ts';

/** What all nodes ask for. */
export const SERVICE = '_towline._tcp.local';

/** How long others may keep what they heard, in seconds (RFC 6762 §10). */
const TTL_SECONDS = 120;

export interface Announcement {
  readonly nodeId: Uint8Array;
  readonly port: number;
}

export function recordsOf({ nodeId, port }: Announcement): ResponseOutgoingPacket {
  // A label has at most 63 bytes: the whole key stands in the text record.
  const label = toHex(nodeId).slice(0, 32);
  const name = `${label}.${SERVICE}`;
  return {
    answers: [
      { type: 'PTR', name: SERVICE, ttl: TTL_SECONDS, data: name },
      { type: 'SRV', name, ttl: TTL_SECONDS, data: { port, target: `${label}.local` } },
      { type: 'TXT', name, ttl: TTL_SECONDS, data: [`id=${formatNodeId(nodeId)}`] },
    ],
  };
}

export function asksForNodes({ questions = [] }: Partial<Pick<QueryPacket, 'questions'>>): boolean {
  return questions.slice(0, MAX_RECORDS).some(({ name }) => name.toLowerCase() === SERVICE);
}

/** The nodes that an answer names; what is malformed is left out. */
export function announcementsIn({
  answers = [],
  additionals = [],
}: Partial<Pick<ResponsePacket, 'answers' | 'additionals'>>): Announcement[] {
  const records = [...answers, ...additionals].slice(0, MAX_RECORDS);
  const ports = new Map<string, number>();
  for (const record of records) if (record.type === 'SRV') ports.set(record.name.toLowerCase(), record.data.port);
  return records.flatMap((record) => {
    if (record.type !== 'TXT' || !record.name.toLowerCase().endsWith(`.${SERVICE}`)) return [];
    const nodeId = nodeIdIn(record.data);
    const port = ports.get(record.name.toLowerCase()) ?? 0;
    return nodeId && port > 0 ? [{ nodeId, port }] : [];
  });
}

function nodeIdIn(data: unknown): Uint8Array | undefined {
  const texts = (Array.isArray(data) ? data : [data]).map(String);
  const id = texts.find((text) => text.startsWith('id='))?.slice(3);
  try {
    return id === undefined ? undefined : parseNodeId(id);
  } catch (error) {
    if (error instanceof LocalError) return undefined;
    throw error;
  }
}
