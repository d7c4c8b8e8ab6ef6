import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { LinkState, LinkStatusSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import { PeerSchema, PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { ListPeersResponseSchema } from '../../../gen/towline/v1/node_service_pb.ts';
import { ToolSchema } from '../../../gen/towline/v1/tool_pb.ts';
import { ToolProgressSchema } from '../../../gen/towline/v1/tool_service_pb.ts';
import { renderProgress } from '../../../src/cli/render/call-events.ts';
import { jsonOf } from '../../../src/cli/render/json.ts';
import { renderClosedLinks, renderLinks } from '../../../src/cli/render/links.ts';
import { renderPeers } from '../../../src/cli/render/peers.ts';
import { plainLine, plainText } from '../../../src/cli/render/plain.ts';
import { renderResult } from '../../../src/cli/render/result.ts';
import { createStyle } from '../../../src/cli/render/style.ts';
import { renderPairs, renderTable } from '../../../src/cli/render/table.ts';
import { renderTools, renderToolsLong } from '../../../src/cli/render/tools.ts';

const none = createStyle(false);

describe('a table', () => {
  it('lines up its columns, and ends its lines without space', () => {
    const text = renderTable(
      none,
      ['NAME', 'N'],
      [
        ['a', '1'],
        ['longer', ''],
      ],
    );
    expect(text).toBe('NAME    N\na       1\nlonger');
  });

  it('lines up coloured cells too', () => {
    const style = createStyle(true);
    const rows = renderTable(style, ['A', 'B'], [[style.good('ok'), 'x']]).split('\n');
    expect(rows.map((row) => plainText(row))).toEqual(['A   B', 'ok  x']);
  });

  it('of pairs leaves out what has no value', () => {
    expect(
      renderPairs(none, [
        ['a', '1'],
        ['bb', ''],
        ['ccc', undefined],
      ]),
    ).toBe('a  1');
  });
});

describe('the tables of links', () => {
  const facts = {
    alias: 'desk',
    nodeId: new Uint8Array(32).fill(1),
    carrier: 'tls',
    dialed: true,
    remoteAddress: '10.0.0.2:7433',
    openTime: timestampFromMs(0),
    sentBytes: 1_536n,
    receivedBytes: 12n,
  };

  it('show what an open link does', () => {
    const link = create(LinkStatusSchema, {
      ...facts,
      state: LinkState.OPEN,
      roundTripMs: 1.26,
      streamCount: 2,
      sentFrameCount: 25n,
      sentPacketCount: 10n,
      credits: { sendMessages: 31n, sendBytes: 2_097_152n, waitingStreamCount: 1 },
      lastCloseReason: CloseReason.HEARTBEAT_TIMEOUT,
    });
    const [header, row] = renderLinks(none, [link], 61_000).split('\n');
    expect(header?.split(/ {2,}/)).toEqual([
      'PEER',
      'STATE',
      'AGE',
      'CARRIER',
      'DIALED BY',
      'ADDRESS',
      'ROUND TRIP',
      'STREAMS',
      'SENT',
      'RECEIVED',
      'FRAMES/PACKET',
      'CREDIT',
      'LAST END',
    ]);
    expect(row?.split(/ {2,}/)).toEqual([
      'desk',
      'open',
      '1m 1s',
      'tls',
      'this node',
      '10.0.0.2:7433',
      '1.3 ms',
      '2',
      '1.5 KB',
      '12 B',
      '2.5 / -',
      '31 messages, 2.0 MB, 1 wait',
      'heartbeat timeout',
    ]);
  });

  it.each([
    [CloseReason.SHUTDOWN, true, 'the peer'],
    [CloseReason.UNTRUSTED, false, 'this node'],
    [CloseReason.CARRIER_LOST, false, 'nobody'],
  ])('show how a link ended and who ended it (%s)', (closeReason, closedByPeer, by) => {
    const end = { state: LinkState.CLOSED, closeTime: timestampFromMs(90_000), closeReason, closedByPeer };
    const link = create(LinkStatusSchema, { ...facts, alias: '', ...end, closeMessage: 'so\nit was' });
    const row = renderClosedLinks(none, [link], 100_000).split('\n')[1]?.split(/ {2,}/);
    expect(row?.[0]).toMatch(/^z6Mk.*…/);
    expect(row?.slice(2, 5)).toEqual([by, '10s ago', '1m 30s']);
    expect(row?.at(-1)).toBe('so it was');
  });
});

describe('text from elsewhere', () => {
  it('cannot steer the terminal', () => {
    expect(plainText('\u001b[31mred\u001b[0m \u0007bell \u009b2J')).toBe('red bell ');
  });

  it('cannot turn the text around it', () => {
    expect(plainText('a\u202eb\u2066c')).toBe('abc');
  });

  it('cannot add lines to a table', () => {
    expect(plainLine('one\n  two\tthree')).toBe('one two three');
  });
});

describe('peers', () => {
  const peer = create(PeerSchema, {
    node: { alias: 'desk', nodeId: new Uint8Array(32) },
    groups: ['home'],
    addresses: ['192.0.2.7:7433'],
    state: PeerState.OFFLINE,
    lastError: 'connection refused\u001b[2J',
    toolCount: 3,
  });

  it('show their state and why they are not there', () => {
    const row = renderPeers(none, [peer]).split('\n')[1];
    expect(row).toMatch(/^desk +offline .* 3 +home +192\.0\.2\.7:7433 {2}connection refused$/);
  });

  it('show through whom a relayed one is reached, instead of where', () => {
    const relayed = create(PeerSchema, { ...peer, state: PeerState.CONNECTED, relayAlias: 'hub' });
    expect(renderPeers(none, [relayed]).split('\n')[1]).toMatch(/^desk +connected .* 3 +home +relay via hub$/);
  });

  it('are proto JSON for programs, empty fields included', () => {
    const json = jsonOf(ListPeersResponseSchema, create(ListPeersResponseSchema, { peers: [peer] }));
    expect(json).toMatchObject({ nextPageToken: '', peers: [{ state: 'PEER_STATE_OFFLINE', dial: false }] });
  });
});

describe('tools', () => {
  const tool = create(ToolSchema, {
    ref: { node: 'desk', upstream: 'files', name: 'read' },
    definitionJson: '{"name":"read","description":"Reads\\na file","inputSchema":{"type":"object"}}',
  });

  it('are shown by the path that `towline call` takes', () => {
    expect(renderTools(none, [tool])).toContain('desk/files/read  Reads a file');
  });

  it('show their schema in the long form', () => {
    expect(renderToolsLong(none, [tool])).toContain('"type": "object"');
  });
});

describe('the result of a call', () => {
  it('is its text', () => {
    const result = {
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    };
    expect(renderResult(none, JSON.stringify(result))).toBe('a\nb');
  });

  it('describes what is not text', () => {
    const result = {
      content: [
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'resource_link', uri: 'x:y' },
      ],
    };
    expect(renderResult(none, JSON.stringify(result))).toBe('[image image/png, 3 bytes; --json has them]\n[link x:y]');
  });

  it('says that a tool failed', () => {
    const result = { content: [{ type: 'text', text: 'no such file' }], isError: true };
    expect(renderResult(none, JSON.stringify(result))).toBe('the tool says that it failed:\nno such file');
  });

  it('shows structured content where there is no other', () => {
    expect(renderResult(none, '{"content":[],"structuredContent":{"a":1}}')).toBe('{\n  "a": 1\n}');
  });
});

describe('progress', () => {
  it('has a bar if the end is known', () => {
    const progress = create(ToolProgressSchema, { progress: 5, total: 10, message: 'half' });
    expect(renderProgress(progress)).toBe('[##########----------] 5/10 half');
  });

  it('has none otherwise', () => {
    expect(renderProgress(create(ToolProgressSchema, { progress: 5 }))).toBe('progress 5');
  });
});
