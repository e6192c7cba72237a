import type { Report } from '../report.js';
import { accessLog } from './access-log.js';
import { ageing } from './ageing.js';
import { completeness } from './completeness.js';
import { corrections } from './corrections.js';
import { deferredRevenue } from './deferred-revenue.js';
import { delegationRegister } from './delegation-register.js';
import { equalTreatment } from './equal-treatment.js';
import { exceptions } from './exceptions.js';
import { fourEyes } from './four-eyes.js';
import { instalments } from './instalments.js';
import { payments } from './payments.js';
import { reconciliation } from './reconciliation.js';
import { refundable } from './refundable.js';
import { retention } from './retention.js';
import { rollForward } from './roll-forward.js';
import { segregation } from './segregation.js';
import { subscriptionRegister } from './subscription-register.js';
import { waivers } from './waivers.js';

/** Reports that are made by replaying the log, by their numbers in domain.md §5. */
export const replayedReports: readonly Report[] = [
  ageing, // 3
  rollForward, // 5
  waivers,
  instalments,
  reconciliation,
  deferredRevenue, // 9
  refundable, // 11
  exceptions,
  fourEyes,
  segregation,
  delegationRegister, // 14, too
  completeness,
  corrections, // 16
  accessLog, // 17
  retention,
  subscriptionRegister, // 20
  payments,
  equalTreatment, // 25
];
