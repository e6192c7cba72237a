import { Issued } from '../../src/kernel/decider.js';
import { commandHandlers, CommandRegistry } from '../../src/ledger/command-handlers.js';
import { A, request, setup } from './setup.js';
import { Add, Peek, tally } from './tally.js';

describe('commands that travelled as plain data', () => {
  const registry = new CommandRegistry([Add, Peek]);

  test('get their class back, by which the CommandBus finds their handler', () => {
    const asked = request('k');
    const issued = registry.issue({ type: 'Add', target: A, data: { by: 5 } }, asked);
    expect(issued).toBeInstanceOf(Add);
    expect(issued).toMatchObject({ type: 'Add', target: A, data: { by: 5 }, request: asked });
    expect(registry.issue({ type: 'Peek', target: A, data: {} }, asked)).toBeInstanceOf(Peek);
  });

  test('that nobody knows are a fault, with their name', () => {
    expect(() => registry.issue({ type: 'Subtract', target: A, data: {} }, request())).toThrow(
      'no command is called Subtract',
    );
  });

  test('whose name two classes share are one at the start, before any is taken for the other', () => {
    const Other = { Add: class Add extends Issued<'Add', unknown> { readonly type = 'Add'; } }.Add; // prettier-ignore
    expect(() => new CommandRegistry([Add, Peek, Other])).toThrow('two commands share a name');
  });
});

test('each command has a handler of its own, that hands it to the ledger and is called after it', async () => {
  const { ledger } = setup();
  const handlers = commandHandlers(tally, [Add, Peek]);
  expect(handlers.map(({ name }) => name)).toEqual(['AddHandler', 'PeekHandler']);
  const [add] = handlers.map((Handler) => new Handler(ledger) as { execute(issued: unknown): Promise<unknown> });
  expect(await add!.execute(new Add(A, { by: 5 }, request()))).toMatchObject({
    kind: 'accepted',
    state: { state: '5' },
  });
});
