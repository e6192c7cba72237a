import type { Target } from '../../src/contexts/billing/commands.js';
import { ReceiptTargets, type FoundTarget } from '../../src/contexts/billing/targets.js';
import type { PartyId, Uuid } from '../../src/kernel/ids.js';

const DEBT: Target = { debt: '1f2e3d4c-5b6a-5988-9abc-1234567890ab' as Uuid };
const PAYEE = 'party_0d9c8b7a-6f5e-5d4c-8b3a-2f1e0d9c8b7a' as PartyId;
const OTHER = 'party_1d9c8b7a-6f5e-5d4c-8b3a-2f1e0d9c8b7a' as PartyId;

/** A target as this process remembers it, and as it is. */
class Known extends ReceiptTargets {
  readonly asked: string[] = [];

  constructor(
    private readonly remembered: FoundTarget | null,
    private readonly now: FoundTarget | null,
  ) {
    super();
  }

  async recall(): Promise<FoundTarget | null> {
    this.asked.push('remembered');
    return this.remembered;
  }

  async find(): Promise<FoundTarget | null> {
    this.asked.push('now');
    return this.now;
  }
}

const debt = (state: string): FoundTarget => ({ state, creditor: PAYEE, currency: 'SAR' });

describe('whether a receipt pays its target (domain.md E8)', () => {
  test('a debt that was registered once is not looked at again', async () => {
    const targets = new Known(debt('outstanding'), debt('cancelled'));
    expect(await targets.isPayable(DEBT, PAYEE, 'SAR')).toBe(true);
    expect(targets.asked).toEqual(['remembered']);
  });

  test.each([null, debt('draft')])('what another process may have registered since is looked at: %j', async (old) => {
    const targets = new Known(old, debt('outstanding'));
    expect(await targets.isPayable(DEBT, PAYEE, 'SAR')).toBe(true);
    expect(targets.asked).toEqual(['remembered', 'now']);
  });

  test.each([null, debt('draft'), debt('discarded')])('%j is not paid', async (now) => {
    expect(await new Known(now, now).isPayable(DEBT, PAYEE, 'SAR')).toBe(false);
  });

  test("another entity's debt, or one in another currency, is not paid", async () => {
    const targets = new Known(debt('outstanding'), debt('outstanding'));
    expect(await targets.isPayable(DEBT, OTHER, 'SAR')).toBe(false);
    expect(await targets.isPayable(DEBT, PAYEE, 'EUR')).toBe(false);
  });
});
