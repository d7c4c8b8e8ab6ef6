/** What the gateway says of itself to MCP clients. */
import { jsonObject } from '../../../base/json-text.ts';
import { wakeCapability } from './mail-wake.ts';
import { metaKey } from './protocol.ts';

export interface About {
  /** Towline's version, as the clients see it. */
  readonly version: string;
}

/** Clients cut this at 2 KB, so the built-in tools come first. */
export const instructions = `These tools belong to a mesh of machines (Towline). \
A tool named "upstream__tool" runs on this machine; "alias__upstream__tool" runs on the peer with that alias.
- towline_peers: which machines and agents there are, whether they are there now, and how many tools each offers.
- towline_find_tool: search all tools by what they do. Use it when you do not see a fitting tool in your list.
- towline_call_tool: call a tool by the name that towline_find_tool gave, also one that is not in your list.
- towline_set_status: tell the other agents what you are doing.
- towline_channel: talk with agents and people on all machines, in channels.
- towline_mail: send words to other agents and machines, and read those that came for you.
A call may wait for a person's approval. If an answer says that the outcome is unknown, check before you call again: \
the tool may have run.`;

export const capabilitiesText = '{"tools":{"listChanged":true},"resources":{"subscribe":true},"logging":{}}';

/** Clients of the older revisions can be woken, those that know how. */
export const legacyCapabilitiesText = `${capabilitiesText.slice(0, -1)},${wakeCapability}}`;

export function serverInfoText(about: About): string {
  return JSON.stringify({ name: 'towline', title: 'Towline mesh', version: about.version });
}

/** The `_meta` of results that we write ourselves. */
export function resultMeta(about: About): string {
  return jsonObject([[metaKey.serverInfo, serverInfoText(about)]]);
}
