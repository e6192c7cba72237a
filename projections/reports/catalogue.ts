import type { Report } from '../report.js';
import { ageing } from './ageing.js';
import { deferredRevenue } from './deferred-revenue.js';
import { equalTreatment } from './equal-treatment.js';
import { exceptions } from './exceptions.js';
import { fourEyes } from './four-eyes.js';
import { instalments } from './instalments.js';
import { refundable } from './refundable.js';
import { rollForward } from './roll-forward.js';
import { waivers } from './waivers.js';

/** Reports that are made by replaying the log, by their numbers in domain.md §5. */
export const replayedReports: readonly Report[] = [
  ageing, // 3
  rollForward, // 5
  waivers,
  instalments,
  deferredRevenue, // 9
  refundable, // 11
  exceptions,
  fourEyes,
  equalTreatment, // 25
];
