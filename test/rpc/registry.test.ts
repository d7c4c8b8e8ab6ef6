import { describe, expect, it } from 'vitest';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { checkAccess } from '../../src/rpc/interceptors/access.ts';
import type { PrincipalKind } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { OpenService, ProbeService } from '../fixtures/probe.ts';

describe('the registry', () => {
  it('finds methods by name and by descriptor, with the access that they declare', () => {
    const registry = new ServiceRegistry().add(ProbeService, {});
    expect(registry.find('towline.test.ProbeService/Rule')?.access).toBe(Access.OWNER);
    expect(registry.find(ProbeService.method.echo)?.access).toBe(Access.PEER);
    expect(registry.find('towline.test.ProbeService/Nothing')).toBeUndefined();
  });

  it('refuses a service with a method that does not say who may call it', () => {
    expect(() => new ServiceRegistry().add(OpenService, {})).toThrow(/Echo does not say who may call it/);
  });

  it('takes a foreign service where the caller says who may call it', () => {
    const registry = new ServiceRegistry().add(OpenService, {}, { access: Access.AGENT });
    expect(registry.find('towline.test.OpenService/Echo')?.access).toBe(Access.AGENT);
  });

  it('refuses the same service twice, and takes it again when it was removed', () => {
    const registry = new ServiceRegistry().add(ProbeService, {});
    expect(() => registry.add(ProbeService, {})).toThrow(/served already/);
    expect(registry.remove(ProbeService)).toBe(true);
    expect(registry.find('towline.test.ProbeService/Echo')).toBeUndefined();
    expect(registry.remove(ProbeService)).toBe(false);
    registry.add(ProbeService, {});
  });
});

describe('access', () => {
  const kinds: PrincipalKind[] = ['stranger', 'peer', 'program', 'agent', 'owner'];
  it.each([
    [Access.UNSPECIFIED, []],
    [Access.STRANGER, kinds],
    [Access.PEER, ['peer', 'program', 'agent', 'owner']],
    [Access.AGENT, ['agent', 'owner']],
    [Access.OWNER, ['owner']],
  ])('%i is for exactly %j', (needed, allowed) => {
    const admitted = kinds.filter((kind) => {
      try {
        checkAccess({ kind, name: 'x', groups: new Set() }, { name: 'a.B/C', access: needed, scopes: [] });
        return true;
      } catch {
        return false;
      }
    });
    expect(admitted).toEqual(allowed);
  });
});
