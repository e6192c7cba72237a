import { killedProcesses } from './massacre.js';

describe('on SQLite, processes that are killed and stopped in the middle', () => {
  killedProcesses(async () => ({ url: '', dispose: async () => undefined }));
});
