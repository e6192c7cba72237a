import type { Report } from '../report.js';
import { generalLedger } from './general-ledger.js';
import { statement } from './statement.js';
import { trialBalance } from './trial-balance.js';

/** Reports that are read from the books' pages, by their numbers in domain.md §5. */
export const booksReports: readonly Report[] = [trialBalance, generalLedger, statement];
