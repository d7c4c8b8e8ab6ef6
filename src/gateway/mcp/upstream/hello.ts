/** What an upstream says of itself, from the result of `server/discover` or `initialize`. */
import { jsonElements, jsonMembers } from '../../../base/json-text.ts';
import { legacyVersions, modernVersion } from './envelope.ts';
import { upstreamDown } from './failures.ts';
import type { Era } from './spec.ts';

export interface Hello {
  readonly era: Era;
  readonly protocolVersion: string;
  /** "name version", as it calls itself; empty if it does not. */
  readonly software: string;
  readonly hasTools: boolean;
  readonly tellsOfTools: boolean;
  readonly hasLogging: boolean;
}

/** Reads a DiscoverResult. Throws if it does not speak our modern revision. */
export function helloOfDiscover(result: string): Hello {
  const members = jsonMembers(result);
  const supported = jsonElements(members.get('supportedVersions') ?? '[]').map(textOf);
  if (!supported.includes(modernVersion)) throw unsupported(supported);
  const info = jsonMembers(members.get('_meta') ?? '{}').get('io.modelcontextprotocol/serverInfo');
  return { era: 'modern', protocolVersion: modernVersion, software: softwareOf(info), ...capabilitiesOf(members) };
}

/** Reads an InitializeResult. Throws if it chose a revision that we do not speak. */
export function helloOfInitialize(result: string): Hello {
  const members = jsonMembers(result);
  const protocolVersion = textOf(members.get('protocolVersion'));
  if (!legacyVersions.includes(protocolVersion)) throw unsupported([protocolVersion]);
  const software = softwareOf(members.get('serverInfo'));
  return { era: 'legacy', protocolVersion, software, ...capabilitiesOf(members) };
}

function capabilitiesOf(members: ReadonlyMap<string, string>): Pick<Hello, 'hasTools' | 'tellsOfTools' | 'hasLogging'> {
  const capabilities = jsonMembers(members.get('capabilities') ?? '{}');
  const tools = capabilities.get('tools');
  const tellsOfTools = tools?.startsWith('{') === true && jsonMembers(tools).get('listChanged') === 'true';
  return { hasTools: tools !== undefined, tellsOfTools, hasLogging: capabilities.has('logging') };
}

function softwareOf(info: string | undefined): string {
  if (!info?.startsWith('{')) return '';
  const members = jsonMembers(info);
  return `${textOf(members.get('name'))} ${textOf(members.get('version'))}`.trim().slice(0, 256);
}

function textOf(text: string | undefined): string {
  return text?.startsWith('"') ? (JSON.parse(text) as string) : '';
}

function unsupported(versions: readonly string[]): Error {
  const named = versions.map((version) => JSON.stringify(version.slice(0, 32))).join(', ');
  return upstreamDown(`it speaks no protocol revision that we do (only ${named})`);
}
