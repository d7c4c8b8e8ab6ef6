// The table of who may call what is the schema itself. A method that is added without it, or that gives away what is the
// owner's, fails here.
import { describe, expect, it } from 'vitest';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { accessOf } from '../../src/rpc/interceptors/access.ts';
import { methodName } from '../../src/rpc/registry.ts';
import { OpenService } from '../fixtures/probe.ts';
import { schemaMethods, schemaServices } from '../fixtures/schema.ts';

const undeclared = (methods: Awaited<ReturnType<typeof schemaMethods>>) =>
  methods.filter((method) => accessOf(method) === Access.UNSPECIFIED).map(methodName);

describe('the schema', () => {
  it('is read as a whole', async () => {
    const names = (await schemaServices()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['AdminService', 'JoinService', 'LinkService', 'ToolService']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of each method who may call it', async () => {
    expect(undeclared(await schemaMethods())).toEqual([]);
    expect(undeclared(OpenService.methods)).toEqual(['towline.test.OpenService/Echo']);
  });

  it('lets strangers redeem an invite, open a link, and show what is signed by a known key, and nothing else', async () => {
    const open = (await schemaMethods()).filter((method) => accessOf(method) === Access.STRANGER);
    expect(open.map(methodName)).toEqual([
      'towline.v1.JoinService/Redeem',
      'towline.v1.LinkService/Open',
      'towline.v1.RotationService/Announce',
      'towline.v1.RotationService/GetSuccessor',
    ]);
  });

  it("keeps all of a node's administration for its owner", async () => {
    const admin = (await schemaMethods()).filter(({ parent }) => parent.name === 'AdminService');
    expect(admin.filter((method) => accessOf(method) !== Access.OWNER).map(methodName)).toEqual([]);
    expect(admin.length).toBeGreaterThan(10);
  });
});
