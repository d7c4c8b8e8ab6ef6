/** `subscriptions/listen` of the revision 2026-07-28: what a client wants to hear of, on a stream of its own. */
import { jsonMembers, jsonObject } from '../../../base/json-text.ts';
import { rpcCode, writeNotification } from '../wire.ts';
import { serverInfoText } from './about.ts';
import { inboxUri, watchInbox } from './inbox.ts';
import type { RequestParams } from './params.ts';
import { metaKey } from './protocol.ts';
import { type Caller, Refusal, type Reply } from './reply.ts';
import type { MeshView } from './view.ts';

/** What a client asked for, of that which we have. */
interface Wanted {
  readonly tools: boolean;
  readonly inbox: boolean;
}

/** Runs until the caller goes or the gateway closes; at once, if nothing of what it wants is here. */
export async function listen(view: MeshView, id: string, params: RequestParams, caller: Caller): Promise<Reply> {
  const wanted = wantedOf(params);
  const tag = `"_meta":${jsonObject([[metaKey.subscriptionId, id]])}`;
  await caller.notify(
    writeNotification('notifications/subscriptions/acknowledged', `{${tag},"notifications":${granted(wanted)}}`),
  );
  if (wanted.tools || wanted.inbox) await tell(view, wanted, tag, caller);
  const meta = jsonObject([
    [metaKey.subscriptionId, id],
    [metaKey.serverInfo, serverInfoText(view.about)],
  ]);
  return { result: `{"resultType":"complete","_meta":${meta}}` };
}

async function tell(view: MeshView, wanted: Wanted, tag: string, caller: Caller): Promise<void> {
  const { catalogue } = view;
  const changed = writeNotification('notifications/tools/list_changed', `{${tag}}`);
  const stops = [
    ...(wanted.tools ? [catalogue.onChange(() => void caller.notify(changed))] : []),
    ...(wanted.inbox ? [watchInbox(view, (message) => void caller.notify(message), tag)] : []),
  ];
  await aborted(AbortSignal.any([caller.cancellation.signal, catalogue.closed]));
  for (const stop of stops) stop();
}

function wantedOf({ members }: RequestParams): Wanted {
  const text = members.get('notifications');
  if (!text?.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"notifications" must be an object');
  const filter = jsonMembers(text);
  const uris: unknown = JSON.parse(filter.get('resourceSubscriptions') ?? '[]');
  if (!Array.isArray(uris)) throw new Refusal(rpcCode.invalidParams, '"resourceSubscriptions" must be a list');
  return { tools: filter.get('toolsListChanged') === 'true', inbox: uris.includes(inboxUri) };
}

function granted({ tools, inbox }: Wanted): string {
  return JSON.stringify({
    ...(tools && { toolsListChanged: true }),
    ...(inbox && { resourceSubscriptions: [inboxUri] }),
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
