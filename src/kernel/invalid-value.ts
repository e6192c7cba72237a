/**
 * A value from outside that cannot be understood. It is malformed input, never a business refusal: it is answered
 * with 400, changes nothing and is not recorded (DESIGN.md, Refusals).
 */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
  constructor(
    /** Stable, machine-readable: `MONEY_DECIMALS`, `PARTY_IS_NATIONAL_ID` … */
    readonly code: string,
    /** What was wrong and what would be accepted, in English. */
    message: string,
  ) {
    super(message);
  }
}
