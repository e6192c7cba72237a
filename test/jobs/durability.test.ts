import { lossesOf } from '../../src/jobs/bull/durability.js';

test('a Redis that would lose jobs is told of by its settings', () => {
  const info = (aof: string, policy: string): string =>
    `# Memory\r\nmaxmemory_policy:${policy}\r\naof_enabled:${aof}\r\n`;
  expect(lossesOf(info('1', 'noeviction'))).toEqual([]);
  expect(lossesOf('')).toEqual([]);
  expect(lossesOf(info('0', 'allkeys-lru'))).toEqual([
    expect.stringContaining('appendonly yes'),
    expect.stringContaining('(allkeys-lru)'),
  ]);
});
