import { startMongo } from '../read-models/mongo-backend.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { folding } from './folding.js';

describeMongoDb('the books on MongoDB', () => {
  let server: MongoDb;
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());

  folding(() => startMongo(server), 2, 250);
});
