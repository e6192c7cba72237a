import { parseOptions, WrongUsage } from '../../examples/road-fines/options.js';

test('every option is read', () => {
  const args = [
    'fines.csv.gz',
    '--to',
    'http://127.0.0.1:3000',
    '--until',
    '2001-12-31',
    '--report',
    'report.json',
    '--acknowledged',
    'acks',
  ];
  expect(parseOptions(args)).toEqual({
    file: 'fines.csv.gz',
    to: 'http://127.0.0.1:3000',
    until: '2001-12-31',
    report: 'report.json',
    acknowledged: 'acks',
  });
  expect(parseOptions(['fines.csv'])).toEqual({ file: 'fines.csv' });
});

test.each([['--help'], ['-h'], ['fines.csv', '--help']])('%s asks for help', (...args) => {
  expect(parseOptions(args)).toBeUndefined();
});

test.each([
  [[], 'FILE is missing'],
  [['a.csv', 'b.csv'], 'one FILE is read at a time, not also b.csv'],
  [['a.csv', '--until', '2001-02-29'], '--until must be a real day'],
  [['a.csv', '--until'], '--until'],
  [['a.csv', '--to', 'localhost:3000'], '--to must be a URL such as http://127.0.0.1:3000'],
  [['a.csv', '--to', 'file:///etc'], '--to must be a URL such as http://127.0.0.1:3000'],
  [['a.csv', '--since', '2001-01-01'], "Unknown option '--since'"],
])('%j is wrong usage and says what would be right', (args, message) => {
  expect(() => parseOptions(args)).toThrow(WrongUsage);
  expect(() => parseOptions(args)).toThrow(message);
});
