import { text as readText } from 'node:stream/consumers';
import { create } from '@bufbuild/protobuf';
import { type Command, Option } from 'commander';
import { type Delivery, MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import {
  MailboxService,
  type SendMailResponse,
  SendMailResponseSchema,
} from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { fromHex } from '../../base/bytes.ts';
import { nodeClient } from '../client.ts';
import { parseWholeSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderDeliveries } from '../render/mail.ts';
import { usageError } from '../usage.ts';
import { waitForDelivery } from '../wait-for-delivery.ts';

export const examples = [
  'towline send desk "the build is green"',
  'towline send claude@desk "please look at CI" --priority now',
  'towline send @team "release at noon" --expires 4h',
  'git diff | towline send claude@desk - --wait read',
];

interface Options {
  readonly priority?: string;
  readonly expires?: number;
  readonly wait?: 'delivered' | 'read';
  readonly replyTo?: string;
}

const PRIORITIES: Readonly<Record<string, MailPriority>> = {
  now: MailPriority.NOW,
  next: MailPriority.NEXT,
  low: MailPriority.LOW,
};

/** `towline send`: words for agents and nodes, kept until they are delivered. */
export function setup(command: Command, io: Io): void {
  command
    .argument('<target>', 'ALIAS, AGENT@ALIAS, AGENT@self, a node id, @GROUP, #CHANNEL, or * for all')
    .argument('<text>', 'the words; - reads them from stdin')
    .addOption(
      new Option(
        '-p, --priority <when>',
        'now: tell at once; next: unless not to be disturbed (default); low: when idle',
      ).choices(Object.keys(PRIORITIES)),
    )
    .option('--expires <time>', 'how long it is worth delivering (default: 30d)', parseWholeSeconds)
    .addOption(new Option('--wait <state>', 'wait until it is there').choices(['delivered', 'read']))
    .option('--reply-to <id>', 'the id of the mail that this one answers')
    .action((target: string, words: string, options: Options) => send(io, target, words, options));
}

async function send(io: Io, target: string, words: string, options: Options): Promise<void> {
  const text = words === '-' ? await readText(io.stdin) : words;
  const mailbox = await nodeClient(io.home, MailboxService);
  const { priority, expires, replyTo } = options;
  const sent = await mailbox.sendMail({
    target,
    text,
    priority: PRIORITIES[priority ?? ''] ?? MailPriority.UNSPECIFIED,
    replyTo: replyTo === undefined ? new Uint8Array(0) : messageIdOf(replyTo),
    ...(expires !== undefined && { lifetimeSeconds: expires }),
  });
  const isChannel = sent.deliveries.length === 0;
  const last =
    options.wait === undefined || isChannel ? sent.deliveries : await waitForDelivery(io, mailbox, sent, options.wait);
  show(io, sent, last);
}

function show(io: Io, sent: SendMailResponse, deliveries: readonly Delivery[]): void {
  const now = create(SendMailResponseSchema, { ...sent, deliveries: [...deliveries] });
  if (io.json) io.print(prettyJson(jsonOf(SendMailResponseSchema, now)));
  else io.print(renderDeliveries(io.style, sent.messageId, deliveries));
}

function messageIdOf(text: string): Uint8Array {
  if (/^[0-9a-f]{32}$/.test(text)) return fromHex(text);
  throw usageError(
    `"${text}" is no id of a mail`,
    'copy all of it from towline inbox read ID --json, or towline inbox',
  );
}
