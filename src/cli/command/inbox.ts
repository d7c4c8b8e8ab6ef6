import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type { Command } from 'commander';
import type { Mail } from '../../../gen/towline/v1/mailbox_pb.ts';
import {
  GetMailResponseSchema,
  ListMailResponseSchema,
  MailboxService,
  ReceiveMailResponseSchema,
} from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderMail, renderMailLine, renderMails } from '../render/mail.ts';
import { watchUntilInterrupted } from '../watch.ts';

export const examples = [
  'towline inbox',
  'towline inbox --unread',
  'towline inbox --follow --json',
  'towline inbox read 3f9a',
  'towline inbox --agent claude',
];

interface Options {
  readonly follow?: boolean;
  readonly unread?: boolean;
  readonly agent?: string;
  readonly limit?: string;
}

type Mailbox = Client<typeof MailboxService>;

/** `towline inbox`: the mail of this node and its owner, or of one of its agents. */
export function setup(command: Command, io: Io): void {
  command
    .option('-u, --unread', 'only what is unread')
    .option('-f, --follow', 'go on with each new mail, until Ctrl-C; with --json one event a line')
    .option('--agent <name>', "an agent's inbox; if absent, the owner's")
    .option('-n, --limit <count>', 'at most this many (default: 20)')
    .action((options: Options) => (options.follow === true ? follow(io, options) : list(io, options)));
  command
    .command('read <id>')
    .description('Show a mail and mark it as read; its sender is told. The id, or the end of it.')
    .action((id: string, _: unknown, sub: Command) => read(io, id, sub.parent?.opts<Options>() ?? {}));
}

async function list(io: Io, { unread = false, agent = '', limit = '20' }: Options): Promise<void> {
  const mailbox = await nodeClient(io.home, MailboxService);
  const page = await mailbox.listMail({ agent, unreadOnly: unread, pageSize: Math.min(Number(limit) || 20, 1_000) });
  if (io.json) return io.print(prettyJson(jsonOf(ListMailResponseSchema, page)));
  if (page.mails.length > 0) io.print(renderMails(io.style, page.mails));
  io.note(page.mails.length === 0 ? 'No mail.' : `${page.unreadCount} unread. Read one: towline inbox read ID`);
}

/** What a person follows counts as seen, not as read: `read` says so. */
async function follow(io: Io, { unread = false, agent = '' }: Options): Promise<void> {
  const mailbox = await nodeClient(io.home, MailboxService);
  const from = unread ? { after: {} } : {};
  await watchUntilInterrupted(
    (signal) => mailbox.receiveMail({ agent, unreadOnly: unread, ...from }, { signal }),
    (answer) => {
      if (io.json) io.print(JSON.stringify(jsonOf(ReceiveMailResponseSchema, answer)));
      else if (answer.event.case === 'mail') io.print(renderMailLine(io.style, answer.event.value));
    },
  );
}

async function read(io: Io, id: string, { agent = '' }: Options): Promise<void> {
  const mailbox = await nodeClient(io.home, MailboxService);
  const { mail } = await mailbox.getMail({ agent, id: id.toLowerCase() });
  if (!mail) return;
  await markRead(mailbox, agent, mail);
  if (io.json) io.print(prettyJson(jsonOf(GetMailResponseSchema, create(GetMailResponseSchema, { mail }))));
  else io.print(renderMail(io.style, mail));
}

async function markRead(mailbox: Mailbox, agent: string, { cursor, receiver }: Mail): Promise<void> {
  await mailbox.markRead({ agent, mails: [{ cursor, ofNode: receiver?.agent === '' }] });
}
