/** One server's entry, as any of the known programs writes it, as a spec. */
import { defaultTimeoutMs, type UpstreamSpec } from '../upstream/spec.ts';
import { type Entry, flagField, isEntry, millisecondsField, textField, textsField, unusable } from './fields.ts';
import { type Surroundings, transportOf } from './transport.ts';

/** Fields with a meaning here. */
const used =
  'type transport command args env environment cwd envFile env_file url httpUrl serverUrl headers disabled enabled timeout ' +
  'protocol protocolEra tools includeTools excludeTools';
/** Fields that only concern the program whose file it is: how it shows the server, or what it lets it do unasked. */
const unneeded =
  'name description icon version gallery trust alwaysLoad autoApprove alwaysAllow autoStart chat dev source metadata';

const known: ReadonlySet<string> = new Set([...used.split(' '), ...unneeded.split(' ')]);

/** The fields of an entry that nobody here knows. */
export function unknownFields(entry: Entry): string[] {
  return Object.keys(entry).filter((name) => !known.has(name));
}

/** Throws MCP_FILE_ENTRY or VARIABLE_NOT_SET if the entry cannot be used. */
export function specOfEntry(name: string, entry: Entry, share: readonly string[], around: Surroundings): UpstreamSpec {
  if (name.length < 1 || name.length > 128) throw unusable('the name of a server has 1 to 128 characters');
  return {
    name,
    transport: transportOf(entry, around),
    share,
    protocol: protocolOf(entry),
    timeoutMs: millisecondsField(entry, 'timeout') ?? defaultTimeoutMs,
    disabled: flagField(entry, 'disabled') ?? flagField(entry, 'enabled') === false,
    ...filterOf(entry),
  };
}

function protocolOf(entry: Entry): UpstreamSpec['protocol'] {
  const era = textField(entry, 'protocol', 'protocolEra') ?? 'auto';
  if (era !== 'auto' && era !== 'legacy' && era !== 'modern')
    throw unusable('"protocol" is not auto, legacy or modern');
  return era;
}

/** `tools: {allow, deny}`, or Gemini's `includeTools` and `excludeTools`. */
function filterOf(entry: Entry): Pick<UpstreamSpec, 'allow' | 'deny'> {
  // Other programs write other things under "tools" (a list, "*"): those choose nothing here.
  const tools = isEntry(entry['tools']) ? entry['tools'] : {};
  return {
    allow: new Set([...textsField(tools, 'allow'), ...textsField(entry, 'includeTools')]),
    deny: new Set([...textsField(tools, 'deny'), ...textsField(entry, 'excludeTools')]),
  };
}
