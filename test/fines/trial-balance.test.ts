import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MUNICIPALITY } from '../../examples/road-fines/actors.js';
import { Server } from '../e2e/server.js';
import { hasHledger, hledgerBalances, HOW_TO_RUN, type Balances } from '../journal/others.js';
import { isFerretDb } from '../servers/read-models.js';
import { importInto } from './ledger.js';
import { ODDITIES } from './oddities.js';
import { firstFines, newFolder, rowsFile } from './rows.js';

/* docs/auditors.md, as an auditor does it: the report and the journal from a running server, the journal added up by hledger. */
const FILE = process.env['SIJILL_FINES'];
const FINES = isFerretDb ? 50 : 1_500;

const rowsOf = (): Promise<string> =>
  FILE === undefined ? rowsFile(ODDITIES, 'fines.csv.gz') : firstFines(FILE, FINES);

const name = 'the trial balance over HTTP is what hledger makes of the exported journal, at the end of three years';
(hasHledger ? test : test.skip)(
  hasHledger ? name : `${name} (${HOW_TO_RUN})`,
  async () => {
    const [file, folder] = [await rowsOf(), await newFolder()];
    await importInto(folder, file);
    const years = FILE === undefined ? [2001, 2002, 2003] : [2007, 2009, 2012];
    const server = new Server({}, join(folder, 'data'));
    try {
      await server.start();
      const token = await server.token('noura', 'auditor', MUNICIPALITY);
      const told: Balances[] = [];
      for (const year of years) told.push(await trialBalance(server, token, `${year}-12-31`));
      const exported = await fetch(`${server.url}/v1/exports/journal.ledger?entity=${MUNICIPALITY}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const journal = join(folder, 'journal.ledger');
      await writeFile(journal, await exported.text());
      expect(told).toEqual(await hledgerBalances(journal, years));
      for (const balances of told) expect(Object.keys(balances).length).toBeGreaterThan(2);
    } finally {
      await server.stop('SIGTERM');
    }
  },
  5 * 60_000,
);

/** What each account holds at the end of the day; debits are positive, and what is at zero is left out. */
async function trialBalance(server: Server, token: string, effectiveOn: string): Promise<Balances> {
  const path = `/v1/reports/trial-balance?entity=${MUNICIPALITY}&effectiveOn=${effectiveOn}`;
  const { status, body } = await server.call('GET', path, { token });
  expect(status).toBe(200);
  const balances: Record<string, string> = {};
  for (const { account, currency, closingDebit, closingCredit } of body.items) {
    const balance = closingDebit === '0.00' ? `-${closingCredit}` : closingDebit;
    if (balance !== '-0.00') balances[`${account} ${MUNICIPALITY} ${currency}`] = balance;
  }
  return balances;
}
