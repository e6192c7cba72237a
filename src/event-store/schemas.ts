/** Pieces that event schemas are made of. Patterns are part of the stored contract: widen, never narrow. */
import Type from 'typebox';
import { COMMITMENT } from '../kernel/commitments.js';

export const closed = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

export const UuidText = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
});
export const PartyText = Type.String({
  pattern: '^party_[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
});
/** Who acts, as events name people. */
export const ActorText = Type.String({
  pattern: '^actor_[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
});
/** A decimal text; its currency stands beside it or in the aggregate's first event. */
export const AmountText = Type.String({ pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$', maxLength: 24 });
export const CurrencyText = Type.String({ pattern: '^[A-Z]{3}$' });
export const DateText = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
/** An open list of codes: grounds, reasons, channels, kinds, sectors. Never free text. */
export const CodeText = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$' });
/** A SHA-256, hex. */
export const DigestText = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** To a value that the vault holds. */
export const CommitmentText = Type.String({ pattern: COMMITMENT.source });
