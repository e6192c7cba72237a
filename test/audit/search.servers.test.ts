import { startMongo } from '../read-models/mongo-backend.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { searching } from './searching.js';

describeMongoDb('the audit index on MongoDB', () => {
  let server: MongoDb;
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());

  searching(() => startMongo(server), 5);
});
