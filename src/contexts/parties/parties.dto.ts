import { CommandBody } from '../../http/validation/dtos.js';
import { IsCode, IsOneOf, IsText } from '../../http/validation/fields.js';
import { IsEmail, IsMobile, IsName } from '../../http/validation/personal-fields.js';
import { PURPOSE_CODES } from './events.js';
import { PARTY_KINDS, type PartyKind } from './identity.js';

// Open lists: what is known is documented, and other codes are accepted.
const CORRECTION_REASONS = ['mistake', 'changed', 'official-record'];

const HOLD_GROUNDS = ['litigation', 'investigation', 'audit'];
const LIFT_REASONS = ['case-closed', 'mistake'];
const ERASURE_GROUNDS = ['purpose-ended', 'consent-withdrawn', 'unlawful'];
const DECLINE_REASONS = ['identity-unproven', 'duty-to-keep', 'mistake'];

const IsIdentifier = () =>
  IsText(1, 64, {
    description: 'National ID or Iqama; establishment number (7…); or another document’s number.',
    example: '1058529940',
  });

export class PartyBody extends CommandBody {
  @IsOneOf(PARTY_KINDS)
  kind!: PartyKind;

  @IsIdentifier()
  identifier!: string;

  @IsName()
  name!: string;

  @IsMobile({ optional: true })
  mobile?: string;

  @IsEmail({ optional: true })
  email?: string;

  @IsText(1, 300, { optional: true, description: 'Where notices are sent.' })
  address?: string;
}

export class PartyCorrectionBody extends CommandBody {
  @IsCode(CORRECTION_REASONS)
  reason!: string;

  @IsName({ optional: true })
  name?: string;

  @IsMobile({ optional: true })
  mobile?: string;

  @IsEmail({ optional: true })
  email?: string;

  @IsText(1, 300, { optional: true, description: 'Where notices are sent.' })
  address?: string;
}

export class LookupBody {
  @IsOneOf(PARTY_KINDS)
  kind!: PartyKind;

  @IsIdentifier()
  identifier!: string;

  @IsOneOf(PURPOSE_CODES, { description: 'Why: it is recorded with the reading.' })
  purpose!: string;
}

export class HoldBody extends CommandBody {
  @IsCode(HOLD_GROUNDS)
  ground!: string;
}

export class LiftBody extends CommandBody {
  @IsCode(LIFT_REASONS)
  reason!: string;
}

export class ErasureBody extends CommandBody {
  @IsCode(ERASURE_GROUNDS)
  ground!: string;
}

export class ErasureDeclineBody extends CommandBody {
  @IsCode(DECLINE_REASONS)
  reason!: string;
}
