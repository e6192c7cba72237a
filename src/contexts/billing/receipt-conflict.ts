import type { Rule } from '../../kernel/refusal.js';
import type { Outcome } from '../../ledger/outcome.js';
import { CONFLICT, ReceiptConflictRecorded } from './events.js';

/** No decider refuses by it: the other facts are recorded, and the bank is told that they count for nothing. */
export const RECEIPT_CONFLICT: Rule = {
  ...CONFLICT.refusal,
  en: 'This reference is already a receipt with other facts: these were recorded as a conflict and no money moved. A correction needs a reversal, and a receipt under a new reference.',
  ar: 'هذا المرجع مسجل مسبقًا لسند قبض ببيانات أخرى: سُجّلت هذه البيانات بوصفها تعارضًا ولم يتحرك أي مبلغ. ويلزم التصحيح عكسُ السند وتسجيل سند بمرجع جديد.',
};

/** A recorded conflict is answered like a refusal, its event standing for the attempt. */
export function conflictAsRefusal(outcome: Outcome): Outcome {
  if (outcome.kind !== 'accepted' || outcome.event?.type !== ReceiptConflictRecorded.type) return outcome;
  const { event, sequence, position, repeated } = outcome;
  return {
    kind: 'refused',
    code: RECEIPT_CONFLICT.code,
    rule: RECEIPT_CONFLICT.rule,
    version: RECEIPT_CONFLICT.version,
    of: RECEIPT_CONFLICT.kind,
    facts: {},
    attempt: event.id,
    ...(sequence !== undefined && { sequence }),
    ...(position !== undefined && { position }),
    repeated,
  };
}
