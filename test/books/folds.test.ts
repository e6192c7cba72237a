import { startSqlite } from '../read-models/sqlite-backend.js';
import { folding } from './folding.js';

describe('the books on SQLite', () => {
  folding(startSqlite, Math.ceil(Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 400) / 16));
});
