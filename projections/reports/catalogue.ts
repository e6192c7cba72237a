import type { Report } from '../report.js';
import { ageing } from './ageing.js';
import { equalTreatment } from './equal-treatment.js';
import { exceptions } from './exceptions.js';
import { fourEyes } from './four-eyes.js';
import { rollForward } from './roll-forward.js';

/** Reports that are made by replaying the log, by their numbers in domain.md §5. */
export const replayedReports: readonly Report[] = [ageing, rollForward, exceptions, fourEyes, equalTreatment];
