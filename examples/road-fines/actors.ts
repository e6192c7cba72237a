import type { Role } from '../../src/kernel/envelope.js';
import { nameBased, uuid5, type PartyId, type Uuid } from '../../src/kernel/ids.js';

/** Whose token a command is sent with: `POST /dev/token` takes exactly this. */
export interface Sender {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly party: PartyId;
}

/** The same names get the same ids in every import, so that an import can be taken up again. */
const DATA_SET = nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'road-fines.example.sijill');
const party = (...name: string[]): PartyId => `party_${uuid5(DATA_SET, ...name)}` as PartyId;

export const MUNICIPALITY = party('municipality');
export const BANK = party('bank');
/** The file names no offender: each fine has one of its own. */
export const offender = (fine: string): PartyId => party('offender', fine);

// The server lets a token act in its first role that may: only an importer's commands may lie years back.
const staff = (sub: string, role: Role): Sender => ({ sub, roles: ['importer', role], party: MUNICIPALITY });

export const officer = (number: string): Sender => staff(`officer-${number}`, 'clerk');
export const clerk = staff('clerk', 'clerk');
export const registrar = staff('registrar', 'approver');
export const prefecture = staff('prefecture', 'approver');
export const judge = staff('judge', 'approver');
export const bank: Sender = { sub: 'bank', roles: ['importer', 'bank'], party: BANK };
export const debtor = (fine: string): Sender => ({
  sub: `debtor-${fine}`,
  roles: ['importer', 'debtor'],
  party: offender(fine),
});
