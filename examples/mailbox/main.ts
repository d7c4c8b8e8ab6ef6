/** A mail for an agent whose machine is off: it is accepted at once, waits, arrives once, and its sender sees it read. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DeliveryState } from '../../gen/towline/v1/mailbox_pb.ts';
import { MailboxService } from '../../gen/towline/v1/mailbox_service_pb.ts';
import { eventually, say, story } from '../lib/story.ts';

await story({ desk: {}, laptop: {} }, async ({ desk, laptop }) => {
  await laptop.join(desk);
  const ann = laptop.client(MailboxService, await laptop.token('--agent', 'ann'));
  const bob = desk.client(MailboxService, await desk.token('--agent', 'bob'));

  await desk.stop();
  const letter = { target: 'bob@desk', text: 'The build is red. Please look.', requestId: randomBytes(16) };
  const sent = await ann.sendMail(letter);
  assert.equal(sent.deliveries[0]?.state, DeliveryState.QUEUED);
  say('the desk is off; the mail for bob is accepted: it is on the disk of the laptop');
  const again = await ann.sendMail(letter);
  assert.deepEqual(again.messageId, sent.messageId);
  await laptop.stop('SIGKILL');
  await Promise.all([laptop.start(), desk.start()]);
  say('the laptop is killed; both start again');

  const mails = await eventually('the mail arrives', async () => {
    const inbox = await bob.listMail({ unreadOnly: true });
    return inbox.mails.length > 0 ? inbox.mails : undefined;
  });
  assert.equal(mails.length, 1);
  const [mail] = mails;
  assert.equal(mail?.sender?.agent, 'ann');
  say(`bob has it, once, from ${mail?.sender?.agent}@${mail?.sender?.alias}: ${mail?.text}`);

  await bob.markRead({ mails: [{ cursor: mail?.cursor ?? 0n }] });
  for await (const { delivery } of ann.watchDelivery({ messageId: sent.messageId })) {
    if (delivery?.state === DeliveryState.READ) break;
  }
  say('bob marks it as read, and ann sees that');

  const answer = await desk.towline('send', 'ann@laptop', 'On it.', '--wait', 'delivered');
  assert.match(answer, /delivered/);
  assert.match(await laptop.towline('inbox', '--agent', 'ann'), /On it\./);
  say('an answer from the command line is in the inbox of ann');
});
