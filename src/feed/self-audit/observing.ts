import type { Metrics } from '../../http/metrics.js';
import type { Indicator } from '../../http/ports.js';
import { AUDIT_KINDS, type AuditStatus } from './audit-status.js';

/** Whoever knows how the self-audit stands. */
interface Audited {
  readonly audit: AuditStatus;
}

/** Shows in `/metrics` what the self-audit found, by kind, and what it considered. */
export function measureAudit(audited: Audited, metrics: Metrics): void {
  const found = 'What the self-audit found amiss, by kind: its log line says what to do.';
  metrics.gauge('sijill_audit_findings', found, 'kind', () => {
    const { findings } = audited.audit;
    return AUDIT_KINDS.map((kind) => [kind, findings.filter((each) => each.kind === kind).length] as const);
  });
  const considered = 'What the self-audit considered since the start: laps over the log, events, documents.';
  metrics.gauge('sijill_audit_considered', considered, 'what', () => {
    const { laps, events, documents } = audited.audit;
    return Object.entries({ laps, events, documents });
  });
}

/** Shown, and never `down`: what is amiss is for a person to mend, and requests are answered meanwhile. */
export const auditIndicator = (audited: Audited): Indicator => ({
  name: 'selfAudit',
  async check() {
    const { laps, findings } = audited.audit;
    const state = findings.length > 0 ? 'degraded' : laps > 0 ? 'nothing amiss' : 'no lap ended yet';
    return { up: true, details: { state, findings: findings.length, laps } };
  },
});
