import { PARAMETERS, type ParameterName, type Report } from '../../projections/report.js';

export const SAMPLE_PARTY = 'party_11111111-1111-4111-8111-111111111111';
const SAMPLES = {
  party: SAMPLE_PARTY,
  date: '2026-01-31',
  currency: 'SAR',
  code: '1200',
  actor: 'actor_11111111-1111-4111-8111-111111111111',
  flag: 'true',
};

/** What a report must be asked with, whatever it is: samples of its required parameters. */
export const required = ({ takes }: Report): Partial<Record<ParameterName, string>> =>
  Object.fromEntries(
    (Object.keys(takes) as ParameterName[])
      .filter((name) => takes[name] === 'required')
      .map((name) => [name, SAMPLES[PARAMETERS[name].kind]]),
  );

const EVER = { from: '2000-01-01', to: '2199-12-31', effectiveOn: '2199-12-31' };

/** The address that asks a report, of those of the days that it takes. */
export function addressOf(report: Report, span: Readonly<Record<string, string>> = EVER): string {
  const asked = Object.entries(span).filter(([name]) => name in report.takes);
  return `/v1/reports/${report.name}?${new URLSearchParams({ ...required(report), ...Object.fromEntries(asked) }).toString()}`;
}
