import { readdirSync, readFileSync } from 'node:fs';
import { fill, preferredLanguage } from '../../src/http/problems/language.js';
import { problemType, render, RuleTexts } from '../../src/http/problems/render.js';
import { RefusedByRule } from '../../src/http/problems/problem.js';
import { FIELD_FAULTS, PROBLEMS, TOKEN_FAULTS } from '../../src/http/problems/texts.js';
import { EDGE_RULES } from '../../src/http/rules.js';
import { ROUTE_KEYS, routeOf } from '../../src/http/access.js';
import { rules } from '../../src/composition.js';
import { refusedBy } from './edge.js';

const ARABIC = /[\u0600-\u06ff]/;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();

describe('the texts', () => {
  const pairs: [string, string, string][] = [
    ...Object.entries(PROBLEMS).flatMap(([code, { en, ar }]): [string, string, string][] => [
      [`${code} title`, en.title, ar.title],
      // A refusal's detail is the rule's own.
      ...(code.startsWith('REFUSED_') ? [] : [[`${code} detail`, en.detail, ar.detail] as [string, string, string]]),
    ]),
    ...Object.entries({ ...FIELD_FAULTS, ...TOKEN_FAULTS, ...EDGE_RULES }).map(
      ([code, { en, ar }]): [string, string, string] => [code, en, ar],
    ),
    ...rules.map(({ rule, code, en, ar }): [string, string, string] => [`${rule} ${code}`, en, ar]),
    ...ROUTE_KEYS.map((key): [string, string, string] => [key, routeOf(key).en, routeOf(key).ar]),
  ];

  test.each(pairs)('%s exists in both languages, with the same facts', (_, en, ar) => {
    expect(en).toMatch(/[a-z]/);
    expect(en).not.toMatch(ARABIC);
    expect(ar).toMatch(ARABIC);
    expect(placeholders(ar)).toEqual(placeholders(en));
  });

  test('a refusal is told in the words of its own rule, where several rules share a code', () => {
    const texts = new RuleTexts([...Object.values(EDGE_RULES), ...rules]);
    const shared = rules.filter(
      ({ code, kind }) => kind !== 'hidden' && rules.filter((r) => r.code === code).length > 1,
    );
    expect(shared.map(({ code }) => code)).toContain('AMOUNT');
    for (const rule of shared) {
      const { body } = render(new RefusedByRule(refusedBy(rule)), texts, 'en');
      expect([rule.rule, body['detail']]).toEqual([rule.rule, rule.en]);
    }
  });

  test("every code of the kernel's InvalidValue has its text", () => {
    const codes = readdirSync('src/kernel')
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(`src/kernel/${file}`, 'utf8').matchAll(/new InvalidValue\(\s*'([A-Z_]+)'/g)])
      .map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(7);
    expect(Object.keys(FIELD_FAULTS)).toEqual(expect.arrayContaining(codes));
  });

  test('types are stable names', () => {
    expect(problemType('IF_MATCH_REQUIRED')).toBe('urn:sijill:problem:if-match-required');
    expect(new Set(Object.keys(PROBLEMS).map(problemType)).size).toBe(Object.keys(PROBLEMS).length);
  });

  test('a fact fills its place; a missing one leaves it', () => {
    expect(fill('{a} of {b} {c}', { a: 1, b: true })).toBe('1 of true {c}');
    expect(fill('{constructor}', {})).toBe('{constructor}');
  });
});

describe('the language', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['ar', 'ar'],
    ['ar-SA,ar;q=0.9,en;q=0.8', 'ar'],
    ['en-GB,ar;q=0.9', 'en'],
    ['ar;q=0.5, en;q=0.7', 'en'],
    ['fr, ar;q=0.3', 'ar'],
    ['ar, en', 'ar'],
    ['en, ar', 'en'],
    ['*', 'en'],
    ['ar;q=0', 'en'],
    ['arc', 'en'],
    ['ar;q=abc', 'en'],
    [`${'x,'.repeat(5_000)}ar`, 'ar'],
  ])('%.40s prefers %p', (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });
});
