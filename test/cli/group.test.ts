import { describe, expect, it } from 'vitest';
import { GroupService } from '../../gen/towline/v1/group_service_pb.ts';
import { groupFindings } from '../../src/cli/doctor/groups.ts';
import { formatNodeId } from '../../src/trust/node-id.ts';
import { newNodeId } from '../trust/support.ts';
import { towline } from './capture.ts';
import { standInNode } from './stand-in-node.ts';

const [ann, bob, carl] = [newNodeId(), newNodeId(), newNodeId()];
const problem = {
  reason: 'ALIAS_TAKEN',
  message: 'another key has this alias \u001b[31mhere',
  help: 'towline group alias team did:key:z6Mk… OTHER-ALIAS',
};
const group = {
  name: 'team',
  rosterName: 'crew',
  groupId: ann,
  version: 7n,
  hash: new Uint8Array(32).fill(0xab),
  ownerIds: [bob, ann],
  memberCount: 3,
  isOwner: true,
  problems: [problem],
};
const members = [
  { nodeId: ann, rosterAlias: 'ann', alias: 'boss', isOwner: true },
  { nodeId: bob, rosterAlias: 'bob', alias: 'bob', isOwner: true, addresses: ['192.0.2.1:7433'] },
  { nodeId: carl, rosterAlias: 'carl', alias: '' },
];

describe('towline group', () => {
  it('shows owners in their order, names of this node, who is not trusted, and what mends it', async () => {
    await using node = await standInNode((router) =>
      router.rpc(GroupService.method.listMembers, ({ pageToken }) => ({
        group,
        members: pageToken === '' ? members.slice(0, 2) : members.slice(2),
        nextPageToken: pageToken === '' ? 'more' : '',
      })),
    );
    const { out } = await towline(['group', 'show', 'team', '--home', node.home]);
    expect(out).toContain('team (its owners call it crew)');
    expect(out).toContain(formatNodeId(ann));
    expect(out).toMatch(/^ann +boss +owner 2/m);
    expect(out).toMatch(/^bob +owner 1 +did:key:\S+ +192\.0\.2\.1:7433$/m);
    expect(out).toMatch(/^carl +not trusted/m);
    expect(out).toContain(problem.help);
    expect(out).not.toContain('\u001b');
    const json = JSON.parse((await towline(['group', 'show', 'team', '--json', '--home', node.home])).out);
    expect(json).toMatchObject({ group: { version: '7' }, members: { length: 3 } });
  });

  it('reads keys in either form, and says what to type for one that is none', async () => {
    const asked: Uint8Array[] = [];
    await using node = await standInNode((router) =>
      router.rpc(GroupService.method.addMember, ({ nodeId }) => {
        asked.push(nodeId);
        return { group };
      }),
    );
    const words = (key: string) => ['group', 'add', 'team', key, 'carl', '--home', node.home];
    expect(await towline(words(formatNodeId(carl)))).toMatchObject({ code: 0, out: 'carl is a member of team.\n' });
    await towline(words(Buffer.from(carl).toString('hex')));
    expect(asked).toEqual([carl, carl]);
    expect(await towline(words('carl'))).toMatchObject({ code: 2, err: expect.stringContaining('towline id') });
  });

  it('says when nobody could be told that this node leaves', async () => {
    let resigned = false;
    await using node = await standInNode((router) => router.rpc(GroupService.method.leaveGroup, () => ({ resigned })));
    const words = ['group', 'leave', 'team', '--home', node.home];
    expect((await towline(words)).err).toContain('until one removes it');
    resigned = true;
    expect(await towline(words)).toEqual({ code: 0, out: 'Left the group team.\n', err: '' });
  });
});

describe('towline doctor, of groups', () => {
  it('fails for what takes trust away, warns of what does not, and gives the help', () => {
    const whole = { $typeName: 'towline.v1.Group' as const, ...group };
    const problems = [problem, { ...problem, reason: 'ROSTER_FORKED' }].map((one) => ({
      $typeName: 'towline.v1.GroupProblem' as const,
      ...one,
    }));
    expect(groupFindings([{ ...whole, problems }])).toMatchObject([
      { level: 'fail', help: problem.help },
      { level: 'warn', help: problem.help },
    ]);
    expect(groupFindings([{ ...whole, problems: [] }])).toMatchObject([
      { level: 'ok', message: 'team: 3 members, version 7' },
    ]);
  });
});
