import { setTimeout as wait } from 'node:timers/promises';
import { acquire, type Lease, type Leases, type Taken } from '../../src/leases/leases.js';

/** What the processes that share leases have; each test starts a fresh one. */
export interface LeasesBackend {
  /** Another process; where there is one process alone, that one. */
  open(): Promise<Leases>;
  dispose(): Promise<void>;
}

/** What every adapter promises. Who dies or is frozen is in the tests of adapters that several processes share. */
export function leasesContract(name: string, start: () => Promise<LeasesBackend>): void {
  describe(`leases in ${name}`, () => {
    let backend: LeasesBackend;
    let one: Leases;
    let other: Leases;
    beforeEach(async () => {
      backend = await start();
      one = await backend.open();
      other = await backend.open();
    });
    afterEach(() => backend.dispose());

    const taken = (leases: Leases, lease = 'projections'): Promise<Lease> =>
      acquire(leases, lease, new AbortController().signal) as Promise<Lease>;

    test('one process holds a lease; the others see who, and what it says of itself', async () => {
      const lease = await taken(one);
      expect([lease.name, lease.lost.aborted]).toEqual(['projections', false]);
      for (const each of [one, other]) expect(await each.take('projections')).toMatchObject({ holder: one.holder });
      await lease.release();

      const next = await other.take('projections', () => ({ count: 7 }));
      expect(await one.take('projections')).toEqual({ holder: other.holder, note: { count: 7 } });
      await next.lease!.release();
    });

    test('leases of different names do not meet', async () => {
      const [projections, policies] = [await taken(one), await taken(other, 'policies')];
      expect([projections.lost.aborted, policies.lost.aborted]).toEqual([false, false]);
      await Promise.all([projections.release(), policies.release()]);
    });

    test('of many that ask at once one gets it', async () => {
      const asked = await Promise.all(
        Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? one : other).take('projections')),
      );
      const leases = asked.flatMap(({ lease }) => lease ?? []);
      expect(leases).toHaveLength(1);
      await leases[0]!.release();
    });

    test('a lease that is released goes to who asks next, under a larger token; who had it knows', async () => {
      const tokens: number[] = [];
      for (const each of [one, other, one, one]) {
        const { lease } = (await each.take('projections')) as Taken & { lease: Lease };
        tokens.push(lease.token);
        await lease.release();
        await lease.release();
        expect(lease.lost.aborted).toBe(true);
      }
      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
    });

    test('a lease that is held stays, however long that is', async () => {
      const lease = await taken(one);
      for (const until = performance.now() + 2 * one.lifetimeMs; performance.now() < until; await wait(other.paceMs)) {
        expect((await other.take('projections')).lease).toBeUndefined();
      }
      expect(lease.lost.aborted).toBe(false);
      await lease.release();
    });

    test('what is asked of a lease its holder hears until it answers, and the next one does where it does not', async () => {
      await other.ask('projections', 'before');
      const lease = await taken(one);
      expect(lease.asked).toEqual(['before']);
      await other.ask('projections', 'debt-list');
      await other.ask('projections', 'debt-list');
      await one.ask('policies', 'something else');
      while (lease.asked.length < 2) await wait(one.paceMs);
      await lease.answer('before');
      expect(lease.asked).toEqual(['debt-list']);
      await lease.release();

      const next = await taken(other);
      expect(next.asked).toEqual(['debt-list']);
      await next.answer('debt-list');
      await next.release();
      expect((await taken(one)).asked).toEqual([]);
    });
  });
}
