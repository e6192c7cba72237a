import { existsSync } from 'node:fs';
import { readConfiguration } from '../config/configuration.js';
import { DevelopmentIssuer, type IssuedToken } from '../http/auth/development.js';
import { systemClock } from '../kernel/clock.js';
import { ROLES, type Role } from '../kernel/envelope.js';
import { isPartyId } from '../kernel/ids.js';
import { WrongUsage, type Command } from './command.js';
import { NoServer, serverUrl } from './client/client.js';
import { EXIT_CODES, optionsOf, print } from './options.js';

const HELP = `Makes a token of a development ledger, for whoever is named.

Usage: sijill token SUBJECT ROLE… [--party PARTY] [--json]

  SUBJECT        who: any text
  ROLE           ${ROLES.join(', ')}
  --party PARTY  the party acted for: party_ and a UUID
  --json         with its type and how long it is good, in seconds
  --help         this text

Examples: sijill token noura auditor
          SIJILL_TOKEN=$(sijill token huda clerk --party party_11111111-1111-4111-8111-111111111111) sijill report debt-ageing

It is signed with the key in SIJILL_DATA, or, where SIJILL_URL is set, by the server there (POST /dev/token). Where
OIDC_ISSUER is set, that issuer makes the tokens, and nobody here can.
${EXIT_CODES}
`;

async function run(args: readonly string[]): Promise<number> {
  const options = { party: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  const { positionals, values } = optionsOf(args, options);
  const [sub, ...roles] = positionals;
  if (sub === undefined || roles.length === 0) throw new WrongUsage('a SUBJECT and at least one ROLE are needed');
  const unknown = roles.filter((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown.length > 0) throw new WrongUsage(`there is no role ${unknown.join(', ')}`);
  const { party, json } = values;
  if (party !== undefined && !isPartyId(party)) throw new WrongUsage('a PARTY is party_ and a UUID');
  const token = await issued({ sub, roles: roles as Role[], ...(party !== undefined && { party }) });
  await print(json ? `${JSON.stringify(token)}\n` : `${token.access_token}\n`);
  return 0;
}

async function issued(wish: Parameters<DevelopmentIssuer['issue']>[0]): Promise<IssuedToken> {
  const configuration = readConfiguration();
  const { data, oidc, url } = configuration;
  if (oidc !== undefined) throw new NoServer(`the tokens of this ledger come from ${oidc.issuer}: ask there for one`);
  if (url === undefined) {
    if (!existsSync(data))
      throw new NoServer(`there is no ledger in ${data}: start the server first, or set SIJILL_DATA`);
    return (await DevelopmentIssuer.open(data, systemClock())).issue(wish);
  }
  const headers = { 'content-type': 'application/json' };
  const address = `${serverUrl(configuration)}/dev/token`;
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(wish) }).catch(() => undefined);
  if (response?.ok === true) return (await response.json()) as IssuedToken;
  throw new NoServer(
    `${address} gives no token: a server of a development ledger does, on its own machine and without OIDC_ISSUER`,
  );
}

export const tokenCommand: Command = { help: HELP, run };
