/** A mail for a node that is away: it waits, sealed, and is there when the node is. */

import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { type Delivery, DeliveryState, DeliveryStateSchema, type Mail } from '../../../gen/towline/v1/mailbox_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { newRequestId } from '../../base/request-id.ts';
import { parseNodeId } from '../../trust/node-id.ts';
import { enumWord } from '../render/enum-word.ts';
import { Collected } from './collect.ts';
import type { Figure } from './figures.ts';
import type { Mesh } from './mesh.ts';
import type { MeshNode } from './mesh-node.ts';
import { type Say, shortTime } from './transcript.ts';
import { eventually, verify } from './verify.ts';

const TEXT = 'The tide turned. Cast off when you are back.';
/** Both ends wait up to 3 s between two attempts to reach each other. */
const RETURN_MS = 20_000;

/** The laptop writes to the archive, which is stopped; the lab, the laptop's hub, keeps the mail meanwhile. */
export async function mailForOneWhoIsAway({ laptop, lab, archive }: Mesh, say: Say): Promise<Figure> {
  await letKeep(lab, archive);
  await archive.stop();
  say(`${archive.name} is stopped`);
  const mailbox = laptop.client(MailboxService);
  const { messageId } = await mailbox.sendMail({ target: archive.name, text: TEXT, requestId: newRequestId() });
  await using states = new Collected((signal) => statesOf(laptop, messageId, signal));
  await reached(states, DeliveryState.STORED_AT_HUB);
  say(`${laptop.name}: towline send ${archive.name} "…"  →  stored at the hub ${lab.name}, sealed`);

  await archive.startAgain();
  const start = performance.now();
  const mail = await arrived(archive);
  const tookMs = performance.now() - start;
  verify(mail.sender?.alias === laptop.name, `the mail is from ${laptop.name}`);
  await reached(states, DeliveryState.DELIVERED);
  say(`${archive.name} is up again, and has it ${shortTime(tookMs)} later: "${mail.text}"`);

  await archive.client(MailboxService).markRead({ mails: [{ ofNode: true, cursor: mail.cursor }] });
  await reached(states, DeliveryState.READ);
  const { mails } = await archive.client(MailboxService).listMail({});
  verify(mails.filter(({ text }) => text === TEXT).length === 1, 'it is there once');
  say(`its sender sees: ${states.arrivals.map(({ item }) => enumWord(DeliveryStateSchema, item.state)).join(', ')}`);
  return { name: 'mail_after_return', value: Math.round(tookMs), unit: 'ms' };
}

/** A node keeps mail between two of its peers that share a group with each other in its keyring. */
async function letKeep(hub: MeshNode, archive: MeshNode): Promise<void> {
  const nodeId = parseNodeId(archive.about.nodeId);
  await hub.client(AdminService).addTrust({ nodeId, alias: archive.name, group: 'home', dial: true });
}

async function* statesOf(node: MeshNode, messageId: Uint8Array, signal: AbortSignal): AsyncIterable<Delivery> {
  for await (const { delivery } of node.client(MailboxService).watchDelivery({ messageId }, { signal })) {
    if (delivery !== undefined) yield delivery;
  }
}

function reached(states: Collected<Delivery>, wanted: DeliveryState) {
  const expectation = `the mail is ${enumWord(DeliveryStateSchema, wanted)}`;
  return states.until(expectation, ({ state }) => state === wanted, RETURN_MS);
}

function arrived(node: MeshNode): Promise<Mail> {
  const look = async () => {
    const { mails } = await node.client(MailboxService).listMail({ unreadOnly: true });
    return mails.find(({ text }) => text === TEXT);
  };
  return eventually(`${node.name} has the mail`, look, RETURN_MS);
}
