import { ROLES } from '../kernel/envelope.js';
import { ROUTE_KEYS, routeOf, SCOPE } from './access.js';

/** The text of `docs/access.md`. */
export function accessMarkdown(): string {
  const rows = ROUTE_KEYS.map((key) => {
    const { roles, en, ar } = routeOf(key);
    const cells = ROLES.map((role) => (roles === 'public' ? '·' : roles.includes(role) ? '✓' : ''));
    return `| \`${key}\` | ${en} | ${ar} | ${cells.join(' | ')} |`;
  });
  const scopes = ROLES.map((role) => `| ${role} | ${SCOPES[SCOPE[role]]} |`);
  return [
    '# Who may do what',
    '',
    'Made from `src/http/access.ts`, which the guard obeys; a test tries every role on every route.',
    '✓ the role may use the route; · anyone may, without a token. Of a token with several roles the first that the',
    'route admits is used, and events name it. A role that may not use a route which names a resource gets 403, and',
    "the attempt is recorded; someone else's resource is answered 404, and the attempt is recorded.",
    '',
    `| Route | | | ${ROLES.join(' | ')} |`,
    `|-|-|-|${ROLES.map(() => '-|').join('')}`,
    ...rows,
    '',
    '| Role | Sees and touches |',
    '|-|-|',
    ...scopes,
    '',
    'Each report says by which of its parameters a role is bound to its own party (`boundBy`, in `GET /v1/reports`, which',
    'lists those that the caller may ask for): left out, it is filled in; with another’s it is answered 404, and recorded.',
    'A report that binds no parameter of a role is not for that role: 403.',
    '',
  ].join('\n');
}

const SCOPES = {
  own: "what is the party's own, but not who else paid for it; the token must name the party",
  entity: "what is the creditor's, or was paid to it; the token must name the party",
  bank: 'the receipts that the bank recorded; the token must name the party',
  all: "everything that the route shows; a command acts for the token's party, where it names one",
} as const;
