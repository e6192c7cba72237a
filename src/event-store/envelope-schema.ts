/** The schema of an event as it is stored (`Envelope`), for whoever reads events; of each type's `data` the catalogue has one. */
import Type from 'typebox';
import {
  ActorText,
  AmountText,
  CommitmentText,
  CurrencyText,
  DateText,
  DigestText,
  PartyText,
  UuidText,
} from './schemas.js';

const leg = Type.Object({ account: Type.String(), dims: Type.Record(Type.String(), Type.String()) });

export const ENVELOPE = {
  v: Type.Literal(1),
  ledger: UuidText,
  id: UuidText,
  stream: Type.String(),
  revision: Type.Integer({ minimum: 0 }),
  type: Type.String(),
  schemaVersion: Type.Integer({ minimum: 1 }),
  effectiveOn: DateText,
  recordedAt: Type.String({ format: 'date-time' }),
  actor: Type.Object({
    id: ActorText,
    role: Type.String(),
    authority: Type.Optional(Type.String()),
    actingFor: Type.Optional(PartyText),
    client: Type.Optional(Type.String()),
  }),
  commandId: UuidText,
  requestDigest: DigestText,
  causation: Type.Optional(UuidText),
  correlation: UuidText,
  ruleSet: Type.String(),
  source: Type.Enum(['api', 'import', 'batch', 'policy', 'clock']),
  corrects: Type.Optional(UuidText),
  evidence: Type.Array(CommitmentText),
  refs: Type.Record(Type.String(), Type.String()),
  entries: Type.Array(Type.Object({ debit: leg, credit: leg, amount: AmountText, currency: CurrencyText })),
  data: Type.Record(Type.String(), Type.Unknown()),
};
