import type { Scope } from '../../src/http/access.js';
import type { Sight } from '../../src/http/reads.js';
import type { PartyId } from '../../src/kernel/ids.js';
import type { ParameterName, Report } from '../report.js';

type Bounds = Pick<Report, 'boundBy'>;
type Asked = Readonly<Partial<Record<ParameterName, string>>>;

/** The parameter in which a role of this scope stands for itself; undefined: none. */
const parameterOf = ({ boundBy }: Bounds, scope: Scope): ParameterName | undefined =>
  scope === 'entity' || scope === 'own' ? boundBy[scope] : undefined;

export const admits = (report: Bounds, scope: Scope): boolean =>
  scope === 'all' || parameterOf(report, scope) !== undefined;

/**
 * What a caller asks a report that admits them: with their own party filled in where they are bound to it.
 * @returns `another`: they named somebody else's
 */
export function boundTo(report: Bounds, sight: Sight, asked: Asked): Asked | { readonly another: PartyId } {
  if (sight.scope === 'all') return asked;
  const parameter = parameterOf(report, sight.scope);
  if (parameter === undefined) throw new Error(`the report does not admit ${sight.scope}`);
  const named = asked[parameter];
  return named !== undefined && named !== sight.party
    ? { another: named as PartyId }
    : { ...asked, [parameter]: sight.party };
}
