import { duration, progressOf } from '../../src/cli/progress.js';

/** Where progress is shown, and the time that passes meanwhile. */
function screen(isTTY: boolean) {
  const shown: string[] = [];
  const clock = { now: 0 };
  const output = { isTTY, write: (text: string) => shown.push(text) > 0, cursorTo: () => true, clearLine: () => true };
  const more = { moveCursor: () => true, on: () => undefined, removeListener: () => undefined, columns: 120 };
  return { shown, clock, progress: progressOf(40_000, 'events', { ...output, ...more } as never, () => clock.now) };
}

test('without a terminal nothing but what is said', () => {
  const { shown, clock, progress } = screen(false);
  for (let second = 1; second <= 12; second++) {
    clock.now = 1_000 * second;
    progress.update(2_000 * second);
  }
  progress.say('debt-list: building its indexes');
  progress.stop();
  expect(shown).toEqual(['debt-list: building its indexes\n']);
});

test('on a terminal, a bar with the same figures', () => {
  const { shown, clock, progress } = screen(true);
  clock.now = 4_000;
  progress.update(10_000);
  progress.stop();
  expect(shown.join('')).toContain('25% | 10,000/40,000 events | 2,500 events/s | 12 s left');
});

test.each([
  [0, '0 s'],
  [3.2, '4 s'],
  [125, '2 min 5 s'],
  [4_200, '1 h 10 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
