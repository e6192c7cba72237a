import { isBusinessDate, LAST_DAY, type BusinessDate } from '../../src/kernel/calendar.js';
import { invalid, type FieldFault } from '../../src/http/problems/problem.js';
import { PARAMETERS, type Given, type ParameterName, type Report, type Values } from '../report.js';

const NAMES = Object.keys(PARAMETERS) as ParameterName[];
/** Those that a default may depend on come first. */
const DEFAULTS_IN_ORDER: readonly ParameterName[] = ['effectiveOn', 'to', 'from'];

/**
 * What a report is asked with: checked by kind already, and here by what the report takes; defaults are filled in.
 * @throws Problem `INVALID_REQUEST`
 */
export function valuesOf(
  { takes }: Report,
  asked: Readonly<Partial<Record<ParameterName, string>>>,
  today: BusinessDate,
): Values {
  const values: Partial<Record<ParameterName, string>> = {};
  const faults: FieldFault[] = [];
  const accepted = Object.keys(takes).join(', ');
  for (const name of NAMES) {
    const text = asked[name];
    if (text === undefined) {
      if (takes[name] === 'required') faults.push({ path: name, code: 'REQUIRED' });
    } else if (takes[name] === undefined) faults.push({ path: name, code: 'UNKNOWN_FIELD', facts: { accepted } });
    else values[name] = text;
  }
  for (const name of [...DEFAULTS_IN_ORDER, ...NAMES]) {
    const presence = takes[name];
    if (typeof presence === 'object') values[name] ??= presence.default({ today, ...values } as Given);
  }
  const { from, to, effectiveOn } = values;
  if (effectiveOn !== undefined && to !== undefined && to !== effectiveOn) {
    faults.push({ path: 'to', code: 'NOT_ACCEPTED', facts: { accepted: effectiveOn } }); // as of a day is up to that day
  }
  if (from !== undefined && to !== undefined && isBusinessDate(from) && from > to) {
    faults.push({ path: 'to', code: 'NOT_IN_RANGE', facts: { least: from, most: LAST_DAY } });
  }
  if (faults.length > 0) throw invalid(...faults);
  return values;
}
